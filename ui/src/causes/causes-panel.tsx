// Why a line lost time: its causes by what they cost, each opening the records it rests on, and who held the line back.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { causePiecesQuery, causesQuery, type Span } from "@/api/queries";
import type { Cause, CausePiece, CauseRow, Causes, Equipment } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { BottleneckStrip } from "@/causes/bottleneck-strip";
import css from "@/causes/causes.module.css";
import { useCauseName } from "@/causes/name";
import { TrailSteps } from "@/causes/trail";
import { words } from "@/causes/words";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { microsOf, type Question } from "@/explain/open";
import { Opens } from "@/explain/opens";
import { Give } from "@/giving/give";
import type { Table as GivenTable } from "@/giving/table";
import { useKnown } from "@/knowing/known";
import { Lasting, Num, Ratio, When } from "@/show/show";
import { Go, isUnit, stopsOf } from "@/view/place";
import { useWords } from "@/words/words";

const ANEW_MS = 60_000;
const SHOWN_MAX = 12;
const PIECES_MAX = 25; // stretches of one cause on a page; the API has them all
const AROUND_MS = 15 * 60_000;
const MINUTE_US = 60e6;
const keyOf = (cause: Cause) => `${cause.unit_id}-${cause.role}-${cause.reason ?? ""}`;

/** The sum of one cause, or of one of its stretches, as the server's explanation names it. */
const pathOf = (measure: "us" | "units", cause?: Cause, start?: string) => ["causes", measure, ...(cause ? [`cause:${cause.unit_id}.${cause.role}.${encodeURIComponent(cause.reason ?? "-")}`] : []), ...(start ? [`piece:${microsOf(start)}`] : [])].join("/");
const askOf = (line: Equipment, { start, end }: Causes, key: string): Question => ({ key, equipmentId: line.id, start, end });

function Evidence({ line, found, of }: { line: Equipment; found: Causes; of: Cause }) {
  const say = useWords(words);
  const known = useKnown();
  const { map } = useEquipment();
  const { data, error } = useQuery(causePiecesQuery(line.id, { start: found.start, end: found.end, ...known }, of));
  if (error) return <ProblemNotice error={error} compact />;
  if (!data) return <Waiting lines={2} />;
  const unit = map.byId(of.unit_id);
  const around = (piece: CausePiece) => ({ period: "custom", start: new Date(Date.parse(piece.stop) - AROUND_MS).toISOString(), end: new Date(Date.parse(piece.end) + AROUND_MS).toISOString(), ...known });
  return (
    <table className={css.pieces} data-testid="cause-pieces">
      <thead><tr><th scope="col">{say("stretch")}</th><th scope="col" className={css.right}>{say("time")}</th><th scope="col" className={css.right}>{say("pieces")}</th><th scope="col">{say("trail")}</th><td /></tr></thead>
      <tbody>
        {data.slice(0, PIECES_MAX).map((piece) => (
          <tr key={piece.start}>
            <td><When at={piece.start} as="full" /></td>
            <td className={css.right}><Opens question={askOf(line, found, pathOf("us", of, piece.start))}><Lasting us={piece.lost_us} /></Opens></td>
            <td className={css.right}><Opens question={askOf(line, found, pathOf("units", of, piece.start))}><Num value={piece.lost_units} /></Opens></td>
            <td className={css.trail}>
              <TrailSteps trail={piece.trail} />
              {piece.inferred && <span className={css.quiet} title={say("inferredHint")}>{say("inferred")}</span>}
            </td>
            <td>{unit && of.role === "own" && <Go to={stopsOf(unit.path)} search={around(piece)} className="link" testid="cause-stop">{say("toStop")}</Go>}</td>
          </tr>
        ))}
        {data.length > PIECES_MAX && <tr><td colSpan={5} className={css.quiet}>{say("more", { n: data.length - PIECES_MAX })}</td></tr>}
      </tbody>
    </table>
  );
}

interface RowProps { line: Equipment; found: Causes; row: CauseRow; open: boolean; onOpen: () => void }
function Row({ line, found, row, open, onOpen }: RowProps) {
  const say = useWords(words);
  const causeName = useCauseName();
  const { map } = useEquipment();
  const unit = map.byId(row.unit_id);
  return (
    <tr data-testid="cause-row" data-role={row.role}>
      <th scope="row">{unit?.name ?? row.unit_id}</th>
      <td><button type="button" className={css.open} aria-expanded={open} title={say("open")} onClick={onOpen}><Icon name={open ? "down" : "chevron"} size={15} />{causeName(row)}</button></td>
      <td className={css.right}><Opens question={askOf(line, found, pathOf("us", row))} testid="cause-lost"><Lasting us={row.lost_us} /></Opens></td>
      <td className={css.right}><Opens question={askOf(line, found, pathOf("units", row))}><Num value={row.lost_units} /></Opens></td><td className={css.right}><Num value={row.stops} /></td>
      <td className={css.bar}><span style={{ inlineSize: `${Math.round((row.share ?? 0) * 100)}%` }} aria-hidden="true" /><Ratio value={row.share} digits={0} /></td>
    </tr>
  );
}

function Table({ line, found }: { line: Equipment; found: Causes }) {
  const say = useWords(words);
  const [opened, setOpened] = useState<string | null>(null);
  const [all, setAll] = useState(false);
  const shown = all ? found.rows : found.rows.slice(0, SHOWN_MAX);
  return (
    <div className={css.box} tabIndex={0} role="region" aria-label={say("title")}>
      <table className={css.table} data-testid="causes-table">
        <thead><tr>{(["machine", "cause", "time", "pieces", "count", "share"] as const).map((key) => <th key={key} scope="col" className={key === "time" || key === "pieces" || key === "count" ? css.right : undefined}>{say(key)}</th>)}</tr></thead>
        {shown.map((row) => {
          const key = keyOf(row);
          return (
            <tbody key={key}>
              <Row line={line} found={found} row={row} open={opened === key} onOpen={() => setOpened(opened === key ? null : key)} />
              {opened === key && <tr><td colSpan={6} className={css.under}><Evidence line={line} found={found} of={row} /></td></tr>}
            </tbody>
          );
        })}
        <tfoot><tr data-testid="causes-total"><th scope="row" colSpan={2}>{say("total")}</th><td className={css.right}><Opens question={askOf(line, found, pathOf("us"))} testid="causes-lost"><Lasting us={found.lost_us} /></Opens></td><td className={css.right}><Opens question={askOf(line, found, pathOf("units"))} testid="causes-units"><Num value={found.lost_units} /></Opens></td><td colSpan={2}>{found.rows.length > shown.length && <button type="button" className={css.open} onClick={() => setAll(true)} data-testid="causes-all">{say("more", { n: found.rows.length - shown.length })}</button>}</td></tr></tfoot>
      </table>
    </div>
  );
}

/** Of the running shift (the last eight hours where none runs); nothing where the line has no constraint. */
/** Of the running shift, or of a period (`span`), as known then; every cause opens its stretches, and these their stops. */
export function CausesPanel({ line, span }: { line: Equipment; span?: Span }) {
  const say = useWords(words);
  const causeName = useCauseName();
  const known = useKnown();
  const { map } = useEquipment();
  const told = line.constraint !== null || (isUnit(line) && span !== undefined);
  const { data, error, dataUpdatedAt: readMs } = useQuery({ ...causesQuery(line.id, span ? { ...span, ...known } : { shift: "current" }), placeholderData: keepPreviousData, refetchInterval: span ? false : ANEW_MS, enabled: told });
  if (!told) return null;
  const tableOf = ({ rows }: Causes): GivenTable => ({
    name: `${say("title")} ${line.name}`,
    head: [say("machine"), "path", say("cause"), "role", "reason", `${say("time")} (min)`, say("pieces"), say("count"), say("share")],
    rows: rows.map((row) => { const unit = map.byId(row.unit_id); return [unit?.name ?? "", unit?.path ?? "", causeName(row), row.role, row.reason, row.lost_us / MINUTE_US, row.lost_units, row.stops, row.share]; }),
  });
  return (
    <Panel title={say(isUnit(line) ? "titleUnit" : "title")} tools={<Give of={{ here: line, start: data?.start, end: data?.end, readMs }} table={() => tableOf(data as Causes)} disabled={!data?.rows.length} />} testid="causes-panel">
      {error && !data && <ProblemNotice error={error} compact />}
      {!data && !error && <Waiting lines={4} />}
      {data && data.rows.length === 0 && <Empty compact icon="check" title={say("none")} hint={say(isUnit(line) ? "noneHintUnit" : "noneHint")} />}
      {data && data.rows.length > 0 && <><p className={css.hint}>{say("hint", { unit: map.byId(data.unit_id)?.name ?? "" })}</p><Table line={line} found={data} /></>}
      {data && data.strip.length > 0 && <BottleneckStrip found={data} />}
    </Panel>
  );
}
