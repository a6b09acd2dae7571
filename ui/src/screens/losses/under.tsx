// What a bar sums: each stretch of lost time, with the way to the timeline and into its explanation.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { Span } from "@/api/queries";
import type { Equipment } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { useAsk } from "@/explain/open";
import { Give } from "@/giving/give";
import type { Table } from "@/giving/table";
import { useProductName } from "@/jobs/jobs";
import { type Asked, type Lost, lossesQuery } from "@/losses/ask";
import css from "@/screens/losses/losses.module.css";
import { words } from "@/losses/words";
import { Lasting, Num, When } from "@/show/show";
import { lookOf } from "@/states/look";
import { useReasonName, useStateName } from "@/states/names";
import { StateSign } from "@/states/sign";
import { Go, timelineOf } from "@/view/place";
import { useWords } from "@/words/words";

const SHOWN_MAX = 100;
const AROUND_MS = 30 * 60_000;

function Row({ lost, span }: { lost: Lost; span: Span }) {
  const say = useWords(words);
  const ask = useAsk();
  const { map } = useEquipment();
  const stateName = useStateName();
  const reasonName = useReasonName();
  const productName = useProductName();
  const unit = map.byId(lost.equipment_id);
  const look = lookOf(lost);
  const [t0, t1] = [Date.parse(lost.start), Date.parse(lost.end)];
  const around = { period: "custom", start: new Date(t0 - AROUND_MS).toISOString(), end: new Date(t1 + AROUND_MS).toISOString(), sel: String(lost.equipment_id), at: new Date(t0 + (t1 - t0) / 2).toISOString() };
  return (
    <tr data-testid="lost" data-start={lost.start}>
      <td><When at={lost.start} as="full" /></td>
      <td>{unit?.name}</td>
      <td><span className={css.state}><StateSign sign={look.sign} tone={look.tone} />{stateName(look.word)}</span></td>
      <td>{reasonName(lost.reason)}</td>
      <td>{lost.product && productName(lost.product)}</td>
      <td>{[lost.shift, lost.crew].filter(Boolean).join(" · ")}</td>
      <td className={css.right}><Lasting us={lost.us} /></td>
      <td className={css.right}><Num value={lost.lost_units} /></td>
      <td className={css.right}>
        {unit && <Go to={timelineOf(unit.path)} search={around} className="link" testid="lost-timeline">{say("timeline")}</Go>}
        {lost.column && <button type="button" className={css.explain} onClick={() => ask({ key: `availability/${lost.column}/${lost.slice}`, equipmentId: lost.equipment_id, ...span })} data-testid="lost-explain">{say("explain")}</button>}
      </td>
    </tr>
  );
}

/** All of them, in their order, with the keys beside the names. */
function useTable(): (name: string, found: readonly Lost[]) => Table {
  const say = useWords(words);
  const { map } = useEquipment();
  const stateName = useStateName();
  const reasonName = useReasonName();
  const productName = useProductName();
  return (name, found) => ({
    name: say("under", { name }),
    head: [say("start"), "end", say("equipment"), "path", say("state"), say("reason"), "reason", say("product"), "product", say("shift"), say("crew"), `${say("duration")} (s)`, say("units")],
    rows: found.map((one) => {
      const unit = map.byId(one.equipment_id);
      return [one.start, one.end, unit?.name ?? "", unit?.path ?? "", stateName(lookOf(one).word), reasonName(one.reason) ?? null, one.reason, one.product && productName(one.product), one.product, one.shift, one.crew, one.us / 1e6, one.lost_units];
    }),
  });
}

export function Under({ here, name, span, asked }: { here: Equipment; name: string; span: Span; asked: Asked }) {
  const say = useWords(words);
  const tableOf = useTable();
  const { data, error, isPending, refetch, dataUpdatedAt: readMs } = useQuery({ ...lossesQuery(here.id, span, asked), placeholderData: keepPreviousData });
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} compact />;
  if (isPending || !data) return <Waiting lines={4} />;
  if (data.length === 0) return <Empty compact icon="check" title={say("nothing")} />;
  return (
    <div className={css.box} tabIndex={0} role="region" aria-label={say("list")}>
      <div className={css.give}><Give of={{ here, ...span, readMs }} table={() => tableOf(name, data)} /></div>
      <table className={css.table} data-testid="under">
        <thead><tr>{(["start", "equipment", "state", "reason", "product", "shift", "duration", "units"] as const).map((key) => <th key={key} scope="col" className={key === "duration" || key === "units" ? css.right : undefined}>{say(key)}</th>)}<td /></tr></thead>
        <tbody>{data.slice(0, SHOWN_MAX).map((lost) => <Row key={`${lost.equipment_id} ${lost.start} ${lost.product}`} lost={lost} span={span} />)}</tbody>
      </table>
      {data.length > SHOWN_MAX && <p className={css.more} data-testid="rows-shown">{say("shown", { n: SHOWN_MAX })}</p>}
    </div>
  );
}
