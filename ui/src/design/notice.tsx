// What stands where there is nothing to show: why, and the way on.
import { Button, Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { asProblem, type Problem } from "@/api/problem";
import { Icon, type IconName } from "@/design/icons";
import css from "@/design/notice.module.css";
import { words } from "@/design/words";
import { useLanguage } from "@/words/language";
import { refusalOf } from "@/words/refusals";
import { useWords } from "@/words/words";

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

const BY_STATUS = { 0: "noAnswer", 401: "signedOut", 403: "forbidden", 404: "missing", 409: "conflict", 422: "invalid", 429: "tooMany", 503: "unreachable" } as const;
const titleKey = (problem: Problem) => BY_STATUS[problem.status as keyof typeof BY_STATUS] ?? "failed";
const OWN_HINT = { 0: "noAnswerHint", 404: "missingHint" } as const;

/** A problem as the server told it: what is wrong, the detail, the way on. `onRetry` adds the button. */
export function ProblemNotice({ error, onRetry, title, compact = false }: { error: unknown; onRetry?: () => void; title?: string; compact?: boolean }) {
  const say = useWords(words);
  const problem = asProblem(error);
  const own = OWN_HINT[problem.status as keyof typeof OWN_HINT];
  const said = refusalOf(problem, useLanguage());
  const hint = said.hint ?? (own && say(own));
  return (
    <div className={compact ? css.compact : css.notice} role="alert" data-testid="problem" data-status={problem.status} data-code={problem.code}>
      <span className={css.alarm}><Icon name="jam" size={compact ? 20 : 28} /></span>
      <p className={css.title}>{title ?? say(titleKey(problem))}</p>
      {said.detail && problem.status !== 0 && <p className={css.detail}>{said.detail}</p>}
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
