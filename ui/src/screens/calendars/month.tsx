// A month as whole weeks: each day with its shifts, who works them, and why it is special.
import { VisuallyHidden } from "@mantine/core";
import { Icon } from "@/design/icons";
import type { Day, DayShift } from "@/screens/calendars/api";
import css from "@/screens/calendars/calendars.module.css";
import { formatDate } from "@/screens/calendars/dates";
import { shortTime } from "@/screens/calendars/times";
import { words } from "@/screens/calendars/words";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

export interface DaysProps { days: readonly Day[]; before?: Day | undefined; today: string; onDay: ((day: Day) => void) | undefined }
const SHOWN = 4;

export function Notes({ day }: { day: Day }) {
  const say = useWords(words);
  return day.notes.map((note) => (
    <span key={note.kind} className={css.note} data-testid={`note-${note.kind}`}>
      <Icon name={note.kind === "holiday" ? "sun" : "info"} size={13} />
      {note.name ? <span translate="no">{note.name}</span> : say(note.kind)}
    </span>
  ));
}

function ShiftLine({ shift }: { shift: DayShift }) {
  return <span className={css.shift} translate="no"><b>{shift.name}</b>{` ${shortTime(shift.start)}–${shortTime(shift.end)}`}{shift.crew && ` · ${shift.crew}`}</span>;
}

function Cell({ day, month, today, onDay }: { day: Day; month: string } & Pick<DaysProps, "today" | "onDay">) {
  const say = useWords(words);
  const language = useLanguage();
  const off = day.shifts.length === 0;
  const what = off ? say("closed") : day.shifts.map((shift) => `${shift.name} ${shift.start}–${shift.end}`).join(", ");
  const label = [say("dayOf", { date: formatDate(day.date, "long", language), what }), ...day.notes.map((note) => note.name ?? say(note.kind))].join(" – ");
  return (
    <button type="button" className={css.cell} disabled={!onDay} onClick={() => onDay?.(day)} title={label} data-testid={`day-${day.date}`} data-off={off} data-noted={day.notes.length > 0} data-other={!day.date.startsWith(month)} data-today={day.date === today}>
      <VisuallyHidden>{formatDate(day.date, "long", language)}</VisuallyHidden>
      <span className={css.cellHead} aria-hidden="true"><span className={css.number}>{Number(day.date.slice(8))}</span></span>
      <Notes day={day} />
      {off && day.notes.length === 0 && <span className={css.small}>{say("closed")}</span>}
      {day.shifts.slice(0, SHOWN).map((shift) => <ShiftLine key={shift.name} shift={shift} />)}
      {day.shifts.length > SHOWN && <span className={css.small}>{say("moreShifts", { n: day.shifts.length - SHOWN })}</span>}
      {day.down.map((one) => <span key={one.start} className={css.shift} translate="no">{`↓ ${shortTime(one.start)}–${shortTime(one.end)} ${one.name}`}</span>)}
    </button>
  );
}

export function Month({ days, month, today, onDay }: DaysProps & { month: string }) {
  const language = useLanguage();
  return (
    <div className={css.month} data-testid="month">
      {days.slice(0, 7).map((day) => <span key={day.date} className={css.weekday} aria-hidden="true">{formatDate(day.date, "weekday", language)}</span>)}
      {days.map((day) => <Cell key={day.date} day={day} month={month} today={today} onDay={onDay} />)}
    </div>
  );
}
