// The imports that a person began: how far each is, what became of it, and the way to give it up.
import { Button, Progress } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { post } from "@/api/client";
import { useJobs } from "@/app/jobs-indicator";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { filesQuery, type History, historiesQuery } from "@/screens/import-history/api";
import css from "@/screens/import-history/import-history.module.css";
import { RefusedLink } from "@/screens/import-history/refused-link";
import { saidOf } from "@/screens/import-history/said";
import { words } from "@/screens/import-history/words";
import { When } from "@/show/show";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

/** How far an import is, in percent. */
export function useShare(id: string | null): number {
  return useJobs().find((job) => job.id === id)?.done ?? 0;
}

/** What it came to. */
function Came({ one }: { one: History }) {
  const say = useWords(words);
  const language = useLanguage();
  if (one.state !== "done") return saidOf(one.detail, language);
  return [say("sum", { samples: one.samples, rows: one.rows, there: one.there }), one.went > 0 ? say("went", { n: one.went }) : ""].join(" ");
}

function Item({ one, onCancel }: { one: History; onCancel: (id: string) => void }) {
  const say = useWords(words);
  const share = useShare(one.id);
  const running = one.state === "running";
  return (
    <li className={css.item} data-testid="history-import" data-state={one.state}>
      <span><b translate="no">{one.name}</b> · <When at={one.begun} /> · <span data-failed={one.state === "failed"} className={css.said}>{running ? say("running", { share }) : say(one.state === "done" && one.dry_run ? "looked" : one.state)}</span></span>
      {running && <Progress value={share} size="sm" aria-label={say("running", { share })} />}
      <span className={css.small}><Came one={one} /></span>
      <span className={css.bar}><RefusedLink one={one} />{running && <Button size="xs" variant="default" onClick={() => onCancel(one.id)} aria-label={say("cancelOf", { name: one.name })} data-testid="history-cancel">{say("cancel")}</Button>}</span>
    </li>
  );
}

export function Mine() {
  const say = useWords(words);
  const client = useQueryClient();
  const { data, error, isPending, refetch } = useQuery(historiesQuery());
  const running = data?.filter((one) => one.state === "running").length ?? 0;
  useEffect(() => void client.invalidateQueries({ queryKey: filesQuery().queryKey }), [client, running]); // what was brought in waits no more
  const cancel = useMutation({ mutationFn: (id: string) => post(`/history-imports/${id}/cancel`), onSettled: () => client.invalidateQueries({ queryKey: historiesQuery().queryKey }) });
  return (
    <Panel title={say("mine")} testid="history-mine">
      {(error ?? cancel.error) && <ProblemNotice error={error ?? cancel.error} onRetry={() => void refetch()} compact />}
      {isPending && <Waiting lines={2} />}
      {data?.length === 0 && <Empty compact title={say("none")} hint={say("noneHint")} />}
      {data && data.length > 0 && <ul className={css.list}>{data.map((one) => <Item key={one.id} one={one} onCancel={cancel.mutate} />)}</ul>}
    </Panel>
  );
}
