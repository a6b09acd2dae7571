// What cost most of a machine's time in a period, in short: a bar opens the analysis with what it sums.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { Equipment } from "@/api/types";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Give } from "@/giving/give";
import { useNowMs } from "@/live/now";
import { askedIn, type ParetoAnswer, paretoQuery } from "@/losses/ask";
import { Bars } from "@/losses/bars";
import css from "@/losses/bars.module.css";
import { useParetoTable } from "@/losses/tables";
import { words } from "@/losses/words";
import { Go, lossesOf } from "@/view/place";
import { asSpan, soFar, type Window } from "@/view/period";
import { useWords } from "@/words/words";

const ASKED = askedIn({}); // by reason, in time

export function LossesOfUnit({ equipment, window }: { equipment: Equipment; window: Window }) {
  const say = useWords(words);
  const navigate = useNavigate();
  const nowMs = useNowMs();
  const tableOf = useParetoTable(equipment, ASKED);
  const { data, error, isPending, refetch, dataUpdatedAt: readMs } = useQuery({ ...paretoQuery(equipment.id, soFar(window, nowMs), ASKED), placeholderData: keepPreviousData });
  const there = { period: "custom", ...asSpan(window) };
  const open = (pick: string) => void navigate({ to: lossesOf(equipment.path), search: { ...there, pick } as never });
  return (
    <div className={css.panel} data-testid="pareto">
      <div className={css.panelHead}><h3>{say("pareto")}</h3><Go to={lossesOf(equipment.path)} search={there} className="link" testid="to-losses">{say("divide")}</Go><Give of={{ here: equipment, ...soFar(window, nowMs), readMs }} table={() => tableOf(data as ParetoAnswer, undefined)} disabled={!data} /></div>
      {error && !data && <ProblemNotice error={error} onRetry={() => void refetch()} compact />}
      {isPending && <Waiting lines={4} height={34} />}
      {data && (data.items.length > 0 ? <Bars asked={ASKED} now={data} before={undefined} onPick={open} /> : <Empty compact icon="check" title={say("nothing")} hint={say("nothingHint")} />)}
    </div>
  );
}
