// The hours of a shift under each other: plan, what came of it, the difference, and what stood in the way.
import type { BoardHour, ShiftBoard } from "@/api/types";
import { Icon } from "@/design/icons";
import { useKnownMs } from "@/live/live";
import css from "@/screens/board/board.module.css";
import { words } from "@/screens/board/words";
import { formatMoment, formatNumber } from "@/show/format";
import { Num, Ratio, useReader } from "@/show/show";
import { useReasonName } from "@/states/names";
import { useWords } from "@/words/words";

const SIGNS = { behind: "▼", ahead: "▲" } as const;

/** Pieces more (positive) or fewer than were due by now; null where nobody can know, and in an hour to come. */
export const gapOf = ({ target_so_far: due, good }: Pick<BoardHour, "target_so_far" | "good">): number | null => (due === null ? null : good - due);

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

function Reasons({ stops }: { stops: BoardHour["stops"] }) {
  const say = useWords(words);
  const reader = useReader();
  const reasonName = useReasonName();
  const shown = stops.map(({ reason, minutes }) => say("minutes", { reason: reasonName(reason)?.split(" · ").at(-1) ?? say("noReason"), n: formatNumber(minutes, reader.language, minutes < 10 ? 1 : 0) }));
  return <>{shown.join(", ")}</>;
}

function Hour({ hour, most }: { hour: BoardHour; most: number }) {
  const say = useWords(words);
  const reader = useReader();
  const gap = gapOf(hour);
  const phase = phaseOf(hour, useKnownMs());
  const made = (n: number) => (phase === "to-come" ? null : n); // an hour to come has no pieces, not none
  const width = (n: number) => `${Math.min((n / most) * 100, 100)}%`;
  return (
    <tr data-phase={phase} data-testid="board-hour">
      <th scope="row"><span className="num">{`${formatMoment(Date.parse(hour.start), "time", reader)} – ${formatMoment(Date.parse(hour.end), "time", reader)}`}</span>{phase === "running" && <span className={css.small}>{say("running")}</span>}</th>
      <td className={css.right}><Num value={hour.planned} />{phase === "running" && hour.target_so_far !== null && <span className={css.small}>{say("soFar", { n: hour.target_so_far })}</span>}</td>
      <td className={css.barCell}>
        <div className={css.bar} aria-hidden="true">
          {hour.planned !== null && <span className={css.planned} style={{ width: width(hour.planned) }} />}
          <span className={css.good} data-behind={gap !== null && gap < 0} style={{ width: width(hour.good) }} />
        </div>
      </td>
      <td className={css.right} data-testid="board-good"><strong><Num value={made(hour.good)} /></strong></td>
      <td className={css.right}><Num value={made(hour.scrap)} /></td>
      <td className={css.right}><Gap gap={gap} /></td>
      <td className={css.right}><Ratio value={hour.oee} digits={0} /></td>
      <td className={css.why}><Reasons stops={hour.stops} /></td>
    </tr>
  );
}

export function Board({ board }: { board: ShiftBoard }) {
  const say = useWords(words);
  const { totals, hours } = board;
  const most = Math.max(1, ...hours.flatMap((hour) => [hour.planned ?? 0, hour.good]));
  const columns = ["hour", "plan", "actual", "good", "scrap", "difference", "oee", "why"] as const;
  return (
    <>
      <table className={`live ${css.table}`} data-testid="shift-board">
        <thead><tr>{columns.map((key) => (key === "actual" ? <td key={key} /> : <th key={key} scope="col" className={key === "hour" || key === "why" ? undefined : css.right}>{say(key)}</th>))}</tr></thead>
        <tbody>{hours.map((hour) => <Hour key={hour.start} hour={hour} most={most} />)}</tbody>
        <tfoot>
          <tr data-testid="board-total">
            <th scope="row">{say("total")}</th>
            <td className={css.right}><Num value={totals.planned} /></td>
            <td />
            <td className={css.right}><strong><Num value={totals.good} /></strong></td>
            <td className={css.right}><Num value={totals.scrap} /></td>
            <td className={css.right}><Gap gap={gapOf(totals)} /></td>
            <td className={css.right}><Ratio value={totals.oee} digits={0} /></td>
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
