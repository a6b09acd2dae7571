// What is wrong with a field, in the reader's language where the refusal is a common one.
import { asProblem, fieldOf } from "@/api/problem";
import { faultWords } from "@/app/words";
import { useLanguage } from "@/words/language";

/** Asks an error for what it says about one field; undefined when it points elsewhere. */
export function useFault(error: Error | null): (field: string) => string | undefined {
  const known: Readonly<Record<string, string>> = faultWords[useLanguage()];
  return (field) => {
    const problem = error && asProblem(error);
    if (!problem || fieldOf(problem) !== field) return undefined;
    return known[problem.code ?? ""] ?? [problem.detail, problem.hint].filter(Boolean).join(" – ");
  };
}
