// The end of the way: what would change, the lines of plant code, and one press that makes it hold.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { showToast } from "@/design/toast";
import { useTakeBack } from "@/screens/connect/api";
import connect from "@/screens/connect/connect.module.css";
import { Faults, Files, PlanView } from "@/screens/connect/review-step";
import { type Meant, meantQuery, useMean } from "@/screens/meaning/api";
import { words } from "@/screens/meaning/words";
import { unitOf } from "@/view/place";
import { useWords } from "@/words/words";

interface TakingProps { id: number; name: string; meant: Meant; hold?: string | null }
export function Taking({ id, name, meant, hold = null }: TakingProps) {
  const say = useWords(words);
  const navigate = useNavigate();
  const [checked, setChecked] = useState<string | null>(null);
  const body = JSON.stringify(meant);
  const takeBack = useTakeBack(() => showToast({ text: say("takenBack") }));
  const mean = useMean(id, (applied, audit) => {
    showToast({ text: say("applied", { name }), ...(audit ? { act: { label: say("undo"), run: () => takeBack.mutate(audit) } } : {}) });
    void navigate({ to: unitOf(applied.equipment_path) });
  });
  const isAsked = checked === body && !mean.isPending && !mean.isSuccess;
  const { data, error, refetch } = useQuery({ ...meantQuery(id, body), enabled: isAsked });
  const isEmpty = body === "{}";
  const fits = data !== undefined && data.faults.length === 0 && data.steps.length > 0;
  return (
    <Panel title={say("planTitle")} testid="taking">
      {isEmpty && <p className="quiet">{say("nothingTaken")}</p>}
      {hold && <p role="alert">{hold}</p>}
      {isAsked && error && <ProblemNotice error={error} compact onRetry={() => void refetch()} />}
      {isAsked && !data && !error && <Waiting />}
      {checked === body && data && (
        <>
          {data.faults.length > 0 && <Faults faults={data.faults.map((fault) => ({ ...fault, pointer: "" }))} go={() => undefined} />}
          {data.faults.length === 0 && data.steps.length === 0 ? <Empty compact title={say("nothing")} /> : <PlanView preview={data} />}
          <Files preview={data} />
        </>
      )}
      {mean.error && <ProblemNotice error={mean.error} compact onRetry={() => { mean.reset(); void refetch(); }} />}
      <div className={connect.buttons}>
        {checked !== body && <Button disabled={isEmpty || hold !== null} onClick={() => setChecked(body)} data-testid="check">{say("check")}</Button>}
        {checked === body && <Button disabled={!fits} loading={mean.isPending} onClick={() => data && mean.mutate({ ...meant, seen: data.version })} data-testid="apply">{say("apply")}</Button>}
      </div>
    </Panel>
  );
}
