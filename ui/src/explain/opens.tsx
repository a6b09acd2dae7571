// A number that can be pressed: it opens into its explanation, wherever it stands.
import type { ReactNode } from "react";
import css from "@/explain/opens.module.css";
import { type Question, useAsk } from "@/explain/open";
import { words } from "@/explain/words";
import { useWords } from "@/words/words";

interface OpensProps { /** Null: nothing can be explained yet. */ question: Question | null; children: ReactNode; className?: string | undefined; testid?: string; title?: string | undefined; /** Where it stands on what would hide the answer. */ onOpen?: (() => void) | undefined }
export function Opens({ question, children, className, testid, title, onOpen }: OpensProps) {
  const say = useWords(words);
  const ask = useAsk();
  if (!question) return <span className={className} data-testid={testid} title={title}>{children}</span>;
  return (
    <button type="button" className={className ? `${css.opens} ${className}` : css.opens} onClick={() => { onOpen?.(); ask(question); }} title={title ?? say("explain")} data-opens={question.key} data-testid={testid}>
      {children}
    </button>
  );
}
