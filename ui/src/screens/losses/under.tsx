// What a bar sums: each stretch of lost time, with the way to the timeline and into its explanation.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { Span } from "@/api/queries";
import { useEquipment } from "@/app/equipment";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { useAsk } from "@/explain/open";
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

export function Under({ equipmentId, span, asked }: { equipmentId: number; span: Span; asked: Asked }) {
  const say = useWords(words);
  const { data, error, isPending, refetch } = useQuery({ ...lossesQuery(equipmentId, span, asked), placeholderData: keepPreviousData });
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} compact />;
  if (isPending || !data) return <Waiting lines={4} />;
  if (data.length === 0) return <Empty compact icon="check" title={say("nothing")} />;
  return (
    <div className={css.box} tabIndex={0} role="region" aria-label={say("list")}>
      <table className={css.table} data-testid="under">
        <thead><tr>{(["start", "equipment", "state", "reason", "product", "shift", "duration", "units"] as const).map((key) => <th key={key} scope="col" className={key === "duration" || key === "units" ? css.right : undefined}>{say(key)}</th>)}<td /></tr></thead>
        <tbody>{data.slice(0, SHOWN_MAX).map((lost) => <Row key={`${lost.equipment_id} ${lost.start} ${lost.product}`} lost={lost} span={span} />)}</tbody>
      </table>
      {data.length > SHOWN_MAX && <p className={css.more} data-testid="rows-shown">{say("shown", { n: SHOWN_MAX })}</p>}
    </div>
  );
}
