// What stands where there is nothing to show: why, and the way on.
import { Button, Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { asProblem, type Problem } from "@/api/problem";
import { Icon, type IconName } from "@/design/icons";
import css from "@/design/notice.module.css";
import { words } from "@/design/words";
import { type Say, useWords } from "@/words/words";

interface EmptyProps { icon?: IconName; title: string; hint?: ReactNode; action?: ReactNode; compact?: boolean }
export function Empty({ icon = "empty", title, hint, action, compact = false }: EmptyProps) {
  return (
    <div className={compact ? css.compact : css.notice} data-testid="empty">
      <Icon name={icon} size={compact ? 20 : 28} />
      <p className={css.title}>{title}</p>
      {hint && <p className={css.hint}>{hint}</p>}
      {action}
    </div>
  );
}

type NoticeKey = "noAnswer" | "forbidden" | "missing" | "failed" | "noAnswerHint" | "missingHint";
function told(problem: Problem, say: Say<NoticeKey>) {
  if (problem.status === 0) return { title: say("noAnswer"), hint: say("noAnswerHint") };
  if (problem.status === 404) return { title: problem.title ?? say("missing"), hint: problem.hint ?? say("missingHint") };
  if (problem.status === 403) return { title: problem.title ?? say("forbidden"), hint: problem.hint };
  return { title: problem.title ?? say("failed"), hint: problem.hint };
}

/** A problem as the server told it: title, detail, hint. `onRetry` adds the button. */
export function ProblemNotice({ error, onRetry, compact = false }: { error: unknown; onRetry?: () => void; compact?: boolean }) {
  const say = useWords(words);
  const problem = asProblem(error);
  const { title, hint } = told(problem, say);
  return (
    <div className={compact ? css.compact : css.notice} role="alert" data-testid="problem" data-status={problem.status}>
      <span className={css.alarm}><Icon name="jam" size={compact ? 20 : 28} /></span>
      <p className={css.title}>{title}</p>
      {problem.detail && problem.status !== 0 && <p className={css.detail}>{problem.detail}</p>}
      {hint && <p className={css.hint}>{hint}</p>}
      {onRetry && <Button variant="default" size="sm" onClick={onRetry}>{say("retry")}</Button>}
    </div>
  );
}

/** Grey bars while something is on its way. */
export function Waiting({ lines = 3, height = 18 }: { lines?: number; height?: number }) {
  const say = useWords(words);
  return (
    <div className={css.waiting} role="status" aria-label={say("loading")}>
      {Array.from({ length: lines }, (_, i) => <Skeleton key={i} height={height} radius="sm" />)}
    </div>
  );
}
