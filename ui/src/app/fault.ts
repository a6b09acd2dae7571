// What is wrong with a field, in the reader's language where the refusal is a common one.
import { asProblem, fieldOf } from "@/api/problem";
import { faultWords } from "@/app/words";
import { useLanguage } from "@/words/language";
import { refusalOf } from "@/words/refusals";

/** Asks an error for what it says about one field; undefined when it points elsewhere. */
export function useFault(error: Error | null): (field: string) => string | undefined {
  const language = useLanguage();
  const known: Readonly<Record<string, string>> = faultWords[language];
  return (field) => {
    const problem = error && asProblem(error);
    if (!problem || fieldOf(problem) !== field) return undefined;
    const { detail, hint } = refusalOf(problem, language);
    return known[problem.code ?? ""] ?? [detail, hint].filter(Boolean).join(" – ");
  };
}
