// Where one is signed in, and the way to end it elsewhere.
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { post } from "@/api/client";
import { ownSessionsQuery } from "@/api/queries";
import type { OwnSession } from "@/api/types";
import { ProblemNotice, Waiting } from "@/design/notice";
import css from "@/screens/profile/profile.module.css";
import { words } from "@/screens/profile/words";
import { formatMoment } from "@/show/format";
import { useReader, When } from "@/show/show";
import { useWords } from "@/words/words";

function useEnd() {
  const client = useQueryClient();
  return useMutation({ mutationFn: (path: string) => post(path), onSettled: () => client.invalidateQueries({ queryKey: ["/me/sessions"] }) });
}

function SessionRow({ session, onEnd }: { session: OwnSession; onEnd: (path: string) => void }) {
  const say = useWords(words);
  const reader = useReader();
  const { browser, system } = session;
  const device = browser && system ? say("device", { browser, system }) : (browser ?? system ?? say("unknownDevice"));
  return (
    <tr data-testid="own-session" data-current={session.current}>
      <th scope="row">{device}{session.current && <span>{` · ${say("current")}`}</span>}</th>
      <td><When at={session.created} as="full" /></td>
      <td><When at={session.seen} as="full" /></td>
      <td className={css.right}>{!session.current && <Button variant="default" size="xs" aria-label={say("endOf", { device, seen: formatMoment(Date.parse(session.seen), "full", reader) })} onClick={() => onEnd(`/me/sessions/${session.id}/end`)} data-testid="session-end">{say("end")}</Button>}</td>
    </tr>
  );
}

export function Sessions() {
  const say = useWords(words);
  const { data, error, isPending, refetch } = useQuery(ownSessionsQuery());
  const end = useEnd();
  const others = (data ?? []).some((session) => !session.current);
  return (
    <>
      {(error ?? end.error) && <ProblemNotice error={error ?? end.error} onRetry={() => void refetch()} compact />}
      {isPending && <Waiting lines={3} />}
      {data && (
        <div className={css.box} tabIndex={0} role="region" aria-label={say("sessions")}>
          <table className={css.table} data-testid="own-sessions">
            <thead><tr>{(["where", "since", "seen", "end"] as const).map((key) => <th key={key} scope="col">{key === "end" ? <span className="visually-hidden">{say("end")}</span> : say(key)}</th>)}</tr></thead>
            <tbody>{data.map((session) => <SessionRow key={session.id} session={session} onEnd={end.mutate} />)}</tbody>
          </table>
        </div>
      )}
      <div className={css.foot}>
        {others ? <Button variant="default" size="sm" loading={end.isPending} onClick={() => end.mutate("/me/sign-out")} data-testid="sign-out-others">{say("endOthers")}</Button> : <p className={css.hint}>{say("noOthers")}</p>}
      </div>
    </>
  );
}
