// A week over the hours of each day: shifts with their crews, breaks and planned-down times cut into them.
import type { CSSProperties } from "react";
import type { Day } from "@/screens/calendars/api";
import css from "@/screens/calendars/calendars.module.css";
import { formatDate } from "@/screens/calendars/dates";
import { type DaysProps, Notes } from "@/screens/calendars/month";
import { words } from "@/screens/calendars/words";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const DAY_MIN = 1440;
const HOURS = [0, 4, 8, 12, 16, 20, 24];
type Piece = { key: string; start: number; end: number; label: string; hours: string; crew: string | null };
type Gap = { key: string; start: number; end: number; label: string; isDown: boolean };

/** What of a day, and of the night that began the day before, lies in the day's 24 hours. */
export function piecesOf(day: Day, before: Day | undefined): { shifts: Piece[]; gaps: Gap[] } {
  const shifts: Piece[] = [];
  const gaps: Gap[] = [];
  for (const [one, shift_by] of [[before, -DAY_MIN], [day, 0]] as const) {
    for (const shift of one?.shifts ?? []) {
      shifts.push({ key: `${shift_by} ${shift.name}`, start: shift.start_min + shift_by, end: shift.end_min + shift_by, label: shift.name, hours: `${shift.start}–${shift.end}`, crew: shift.crew });
      for (const pause of shift.breaks) gaps.push({ key: `${shift_by} ${shift.name} ${pause.start}`, start: pause.start_min + shift_by, end: pause.end_min + shift_by, label: pause.name, isDown: false });
    }
    for (const down of one?.down ?? []) gaps.push({ key: `${shift_by} down ${down.start}`, start: down.start_min + shift_by, end: down.end_min + shift_by, label: down.name, isDown: true });
  }
  const inside = <Item extends { start: number; end: number }>(items: Item[]) => items.filter((item) => item.end > 0 && item.start < DAY_MIN);
  return { shifts: inside(shifts), gaps: inside(gaps) };
}

function placed({ start, end }: { start: number; end: number }): CSSProperties {
  const [from, to] = [Math.max(0, start), Math.min(DAY_MIN, end)];
  return { insetInlineStart: `${(100 * from) / DAY_MIN}%`, width: `${(100 * (to - from)) / DAY_MIN}%` };
}

function Row({ day, before, onDay, today }: { day: Day } & Omit<DaysProps, "days">) {
  const language = useLanguage();
  const { shifts, gaps } = piecesOf(day, before);
  return (
    <div className={css.weekRow}>
      <button type="button" className={css.weekDay} disabled={!onDay} onClick={() => onDay?.(day)} data-testid={`day-${day.date}`} aria-current={day.date === today ? "date" : undefined}>
        <span className={css.number}>{formatDate(day.date, "day", language)}</span>
        <Notes day={day} />
      </button>
      <div className={css.track}>
        {shifts.map((one) => <span key={one.key} className={css.block} style={placed(one)} title={`${one.label} ${one.hours}`} translate="no"><i className={css.label}><b>{one.label}</b>{one.crew && ` · ${one.crew}`}<br /><span>{one.hours}</span></i></span>)}
        {gaps.map((one) => <span key={one.key} className={css.gap} style={placed(one)} title={one.label} data-down={one.isDown} />)}
      </div>
    </div>
  );
}

export function Week({ days, before, today, onDay }: DaysProps) {
  const say = useWords(words);
  return (
    <div className={css.week} data-testid="week">
      <div className={css.weekRow}><span /><div className={css.axis} aria-hidden="true">{HOURS.map((hour) => <span key={hour} style={{ insetInlineStart: `${(100 * hour) / 24}%` }}>{`${hour}:00`}</span>)}</div></div>
      {days.map((day, i) => <Row key={day.date} day={day} before={i > 0 ? days[i - 1] : before} today={today} onDay={onDay} />)}
      <div className={css.legend}>
        <span><i className={`${css.gap} ${css.swatch}`} />{say("breaks")}</span>
        <span><i className={`${css.gap} ${css.swatch}`} data-down="true" />{say("down")}</span>
      </div>
    </div>
  );
}
