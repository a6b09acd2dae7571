// Why a line lost time: its causes by what they cost, each opening the records it rests on, and who held the line back.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { causePiecesQuery, causesQuery } from "@/api/queries";
import type { Cause, CauseRow, Causes, Equipment } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { BottleneckStrip } from "@/causes/bottleneck-strip";
import css from "@/causes/causes.module.css";
import { useCauseName } from "@/causes/name";
import { words } from "@/causes/words";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { GiveSeen } from "@/giving/give";
import { formatMoment } from "@/show/format";
import { Lasting, Num, Ratio, useReader, When } from "@/show/show";
import { Go, unitOf } from "@/view/place";
import { useWords } from "@/words/words";

const ANEW_MS = 60_000;
const SHOWN_MAX = 12;
const PIECES_MAX = 25; // stretches of one cause on a page; the API has them all
const AROUND_MS = 15 * 60_000;
const keyOf = (cause: Cause) => `${cause.unit_id}-${cause.role}-${cause.reason ?? ""}`;

function Evidence({ line, found, of }: { line: Equipment; found: Causes; of: Cause }) {
  const say = useWords(words);
  const reader = useReader();
  const { map } = useEquipment();
  const { data, error } = useQuery(causePiecesQuery(line.id, { start: found.start, end: found.end }, of));
  if (error) return <ProblemNotice error={error} compact />;
  if (!data) return <Waiting lines={2} />;
  const around = (at: string) => ({ start: new Date(Date.parse(at) - AROUND_MS).toISOString(), end: new Date(Date.parse(at) + AROUND_MS).toISOString() });
  return (
    <table className={css.pieces} data-testid="cause-pieces">
      <thead><tr><th scope="col">{say("stretch")}</th><th scope="col" className={css.right}>{say("time")}</th><th scope="col" className={css.right}>{say("pieces")}</th><th scope="col">{say("trail")}</th></tr></thead>
      <tbody>
        {data.slice(0, PIECES_MAX).map((piece) => (
          <tr key={piece.start}>
            <td><When at={piece.start} as="time" /></td><td className={css.right}><Lasting us={piece.lost_us} /></td><td className={css.right}><Num value={piece.lost_units} /></td>
            <td className={css.trail}>
              {piece.trail.map((step) => {
                const unit = map.byId(step.unit_id);
                const text = say("since", { unit: unit?.name ?? String(step.unit_id), says: say(step.says), time: formatMoment(Date.parse(step.record), "time", reader) });
                return unit ? <Go key={step.unit_id} to={unitOf(unit.path)} search={{ tab: "history", period: "custom", ...around(step.record), record: step.record }} className={css.step}>{text}</Go> : <span key={step.unit_id}>{text}</span>;
              })}
              {piece.inferred && <span className={css.quiet} title={say("inferredHint")}>{say("inferred")}</span>}
            </td>
          </tr>
        ))}
        {data.length > PIECES_MAX && <tr><td colSpan={4} className={css.quiet}>{say("more", { n: data.length - PIECES_MAX })}</td></tr>}
      </tbody>
    </table>
  );
}

function Row({ row, open, onOpen }: { row: CauseRow; open: boolean; onOpen: () => void }) {
  const say = useWords(words);
  const causeName = useCauseName();
  const { map } = useEquipment();
  const unit = map.byId(row.unit_id);
  return (
    <tr data-testid="cause-row" data-role={row.role}>
      <th scope="row">{unit?.name ?? row.unit_id}</th>
      <td><button type="button" className={css.open} aria-expanded={open} title={say("open")} onClick={onOpen}><Icon name={open ? "down" : "chevron"} size={15} />{causeName(row)}</button></td>
      <td className={css.right}><Lasting us={row.lost_us} /></td><td className={css.right}><Num value={row.lost_units} /></td><td className={css.right}><Num value={row.stops} /></td>
      <td className={css.bar}><span style={{ inlineSize: `${Math.round((row.share ?? 0) * 100)}%` }} aria-hidden="true" /><Ratio value={row.share} digits={0} /></td>
    </tr>
  );
}

function Table({ line, found }: { line: Equipment; found: Causes }) {
  const say = useWords(words);
  const [opened, setOpened] = useState<string | null>(null);
  return (
    <div className={css.box} tabIndex={0} role="region" aria-label={say("title")}>
      <table className={css.table} data-testid="causes-table">
        <thead><tr>{(["machine", "cause", "time", "pieces", "count", "share"] as const).map((key) => <th key={key} scope="col" className={key === "time" || key === "pieces" || key === "count" ? css.right : undefined}>{say(key)}</th>)}</tr></thead>
        {found.rows.slice(0, SHOWN_MAX).map((row) => {
          const key = keyOf(row);
          return (
            <tbody key={key}>
              <Row row={row} open={opened === key} onOpen={() => setOpened(opened === key ? null : key)} />
              {opened === key && <tr><td colSpan={6} className={css.under}><Evidence line={line} found={found} of={row} /></td></tr>}
            </tbody>
          );
        })}
        <tfoot><tr data-testid="causes-total"><th scope="row" colSpan={2}>{say("total")}</th><td className={css.right}><Lasting us={found.lost_us} /></td><td className={css.right}><Num value={found.lost_units} /></td><td colSpan={2}>{found.rows.length > SHOWN_MAX && say("more", { n: found.rows.length - SHOWN_MAX })}</td></tr></tfoot>
      </table>
    </div>
  );
}

/** Of the running shift (the last eight hours where none runs); nothing where the line has no constraint. */
export function CausesPanel({ line }: { line: Equipment }) {
  const say = useWords(words);
  const { map } = useEquipment();
  const { data, error, dataUpdatedAt: readMs } = useQuery({ ...causesQuery(line.id, { shift: "current" }), placeholderData: keepPreviousData, refetchInterval: ANEW_MS, enabled: line.constraint !== null });
  if (!line.constraint) return null;
  return (
    <Panel title={say("title")} tools={<GiveSeen of={{ here: line, start: data?.start, end: data?.end, readMs }} name={`${say("title")} ${line.name}`} disabled={!data?.rows.length} />} testid="causes-panel">
      {error && !data && <ProblemNotice error={error} compact />}
      {!data && !error && <Waiting lines={4} />}
      {data && data.rows.length === 0 && <Empty compact icon="check" title={say("none")} hint={say("noneHint")} />}
      {data && data.rows.length > 0 && <><p className={css.hint}>{say("hint", { unit: map.byId(data.unit_id)?.name ?? "" })}</p><Table line={line} found={data} /></>}
      {data && data.strip.length > 0 && <BottleneckStrip found={data} />}
    </Panel>
  );
}
