// The hours of a shift under each other: plan, what came of it, the difference, and what stood in the way.
import { Fragment } from "react";
import { serverNowMs } from "@/api/client";
import type { BoardHour, ShiftBoard } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Icon } from "@/design/icons";
import { planOf, type Question } from "@/explain/open";
import { Opens } from "@/explain/opens";
import { momentOf, useKnown } from "@/knowing/known";
import { useKnownMs } from "@/live/live";
import css from "@/screens/board/board.module.css";
import { words } from "@/screens/board/words";
import { formatMoment, formatNumber, formatRatio } from "@/show/format";
import { Num, Ratio, useReader } from "@/show/show";
import { useReasonName } from "@/states/names";
import { Go, stopsOf } from "@/view/place";
import type { Search } from "@/view/search";
import { useWords } from "@/words/words";

const ALL_FROM = 0.995; // the last seconds of an hour that runs are always still under way
const SIGNS = { behind: "▼", ahead: "▲" } as const;

type Phase = "over" | "running" | "to-come";
export const phaseOf = (hour: Pick<BoardHour, "start" | "end">, nowMs: number): Phase => (Date.parse(hour.end) <= nowMs ? "over" : Date.parse(hour.start) <= nowMs ? "running" : "to-come");

function Gap({ gap }: { gap: number | null }) {
  const say = useWords(words);
  const reader = useReader();
  if (gap === null) return <span className="quiet">{formatNumber(null, reader.language)}</span>;
  const way = gap < 0 ? "behind" : "ahead";
  return (
    <span className={css.gap} data-way={gap < 0 ? "behind" : "ahead"}>
      {gap !== 0 && <span aria-hidden="true">{SIGNS[way]}</span>}
      <Num value={Math.abs(gap)} />
      {gap !== 0 && <span className="visually-hidden">{say(way)}</span>}
    </span>
  );
}

/** How much of the time is known, where it is not all of it: the numbers beside it are of that part alone. */
export const shareShown = (covered: number | null): number | null => (covered === null || covered >= ALL_FROM ? null : covered);

function Covered({ covered }: { covered: number | null }) {
  const say = useWords(words);
  const { language } = useReader();
  const share = shareShown(covered);
  if (share === null) return null;
  return <span className={css.covered} data-testid="board-covered"><span aria-hidden="true">{"▲\u2009"}</span>{share === 0 ? say("noData") : say("covered", { share: formatRatio(share, language, 0) })}</span>;
}

/** Each leads to the stops that it sums: of a line, to those of the machine that its times are of. */
function Reasons({ stops, stretch: { of, start, end } }: { stops: BoardHour["stops"]; stretch: Stretch }) {
  const say = useWords(words);
  const { language } = useReader();
  const reasonName = useReasonName();
  const { map } = useEquipment();
  const here = map.byId(of);
  const known = useKnown();
  const unit: Search = here?.constraint ? { unit: here.constraint } : {};
  return stops.map(({ reason, minutes }, i) => {
    const said = say("minutes", { reason: reasonName(reason)?.split(" · ").at(-1) ?? say("noReason"), n: formatNumber(minutes, language, minutes < 10 ? 1 : 0) });
    const search = { period: "custom", start, end, short: "1", ...unit, ...(reason ? { why: reason } : { open: "1" }), ...known };
    return <Fragment key={reason ?? ""}>{i > 0 && ", "}{here ? <Go to={stopsOf(here.path)} search={search} className={css.toStops} testid="board-why">{said}</Go> : said}</Fragment>;
  });
}

interface Stretch { of: number; start: string; end: string }
/** A number of an hour, or of the shift, opens into its explanation; of what still runs, up to now. */
const asked = ({ of, start, end }: Stretch, key: string, value: number | null): Question | null => (value === null ? null : { key, equipmentId: of, start, end: new Date(Math.min(Date.parse(end), serverNowMs())).toISOString() });

/** A plan is that of the whole stretch, what lies ahead included. */
const planned = (stretch: Stretch, value: number | null): Question | null => (value === null ? null : planOf(stretch.of, stretch));

function Oee({ value, stretch }: { value: number | null; stretch: Stretch }) {
  return <Opens question={asked(stretch, "oee_index", value)} testid="board-oee"><Ratio value={value} digits={0} /></Opens>;
}

function Pieces({ kind, value, stretch }: { kind: "good" | "scrap"; value: number | null; stretch: Stretch }) {
  return <Opens question={asked(stretch, `quality_ratio/${kind}`, value)}><Num value={value} /></Opens>;
}

function Hour({ hour, most, of, nowMs }: { hour: BoardHour; most: number; of: number; nowMs: number }) {
  const say = useWords(words);
  const reader = useReader();
  const phase = phaseOf(hour, nowMs);
  const stretch = { of, start: hour.start, end: hour.end };
  const width = (n: number) => `${Math.min((n / most) * 100, 100)}%`;
  return (
    <tr data-phase={phase} data-testid="board-hour">
      <th scope="row"><span className="num">{`${formatMoment(Date.parse(hour.start), "time", reader)} – ${formatMoment(Date.parse(hour.end), "time", reader)}`}</span>{phase === "running" && <span className={css.small}>{say("running")}</span>}<Covered covered={hour.covered} /></th>
      <td className={css.right} data-testid="board-plan"><Opens question={planned(stretch, hour.planned)}><Num value={hour.planned} /></Opens>{phase === "running" && hour.target_so_far !== null && <span className={css.small}>{say("soFar", { n: hour.target_so_far })}</span>}</td>
      <td className={css.barCell}>
        <div className={css.bar} aria-hidden="true">
          {hour.planned !== null && <span className={css.planned} style={{ width: width(hour.planned) }} />}
          {hour.good !== null && <span className={css.good} data-behind={hour.difference !== null && hour.difference < 0} style={{ width: width(hour.good) }} />}
        </div>
      </td>
      <td className={css.right} data-testid="board-good"><strong><Pieces kind="good" value={hour.good} stretch={stretch} /></strong></td>
      <td className={css.right}><Pieces kind="scrap" value={hour.scrap} stretch={stretch} /></td>
      <td className={css.right}><Opens question={planned(stretch, hour.difference)}><Gap gap={hour.difference} /></Opens></td>
      <td className={css.right}><Oee value={hour.oee} stretch={stretch} /></td>
      <td className={css.why}><Reasons stops={hour.stops} stretch={stretch} /></td>
    </tr>
  );
}

/** What the machine did is known, how many good pieces it made is not: no counter is assigned, and nobody entered any. */
export const isUncounted = ({ totals }: Pick<ShiftBoard, "totals">): boolean => Boolean(totals.covered) && totals.good === null;

export function Board({ board }: { board: ShiftBoard }) {
  const say = useWords(words);
  const nowMs = momentOf(useKnown(), useKnownMs(), board);
  const { totals, hours } = board;
  const whole = { of: board.equipment_id, start: hours[0]?.start ?? "", end: hours.at(-1)?.end ?? "" };
  const most = Math.max(1, ...hours.flatMap((hour) => [hour.planned ?? 0, hour.good ?? 0]));
  const columns = ["hour", "plan", "actual", "good", "scrap", "difference", "oee", "why"] as const;
  return (
    <>
      <table className={`live ${css.table}`} data-testid="shift-board">
        <thead><tr>{columns.map((key) => (key === "actual" ? <td key={key} className={css.barCell} /> : <th key={key} scope="col" className={key === "hour" || key === "why" ? undefined : css.right}>{say(key)}</th>))}</tr></thead>
        <tbody>{hours.map((hour) => <Hour key={hour.start} hour={hour} most={most} of={board.equipment_id} nowMs={nowMs} />)}</tbody>
        <tfoot>
          <tr data-testid="board-total">
            <th scope="row">{say("total")}<Covered covered={totals.covered} /></th>
            <td className={css.right}><Opens question={planned(whole, totals.planned)}><Num value={totals.planned} /></Opens></td>
            <td className={css.barCell} />
            <td className={css.right}><strong><Pieces kind="good" value={totals.good} stretch={whole} /></strong></td>
            <td className={css.right}><Pieces kind="scrap" value={totals.scrap} stretch={whole} /></td>
            <td className={css.right}><Opens question={planned(whole, totals.difference)}><Gap gap={totals.difference} /></Opens></td>
            <td className={css.right}><Oee value={totals.oee} stretch={whole} /></td>
            <td />
          </tr>
        </tfoot>
      </table>
      {board.hints.length > 0 && (
        <div className={css.hints} data-testid="board-hints">
          <Icon name="info" size={20} />
          <div><strong>{say("unknown")}</strong><ul>{board.hints.map((hint) => <li key={hint}>{hint}</li>)}</ul></div>
        </div>
      )}
    </>
  );
}
