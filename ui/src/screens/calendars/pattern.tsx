// The pattern of a calendar as a form: shifts with their breaks, turns of the crews, holidays.
import { ActionIcon, Button, Checkbox, Chip, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Icon } from "@/design/icons";
import { ProblemNotice } from "@/design/notice";
import { type BreakEntry, type CalendarDetail, type Definition, holidaysQuery, type ShiftEntry, useChange } from "@/screens/calendars/api";
import css from "@/screens/calendars/calendars.module.css";
import { formatDate } from "@/screens/calendars/dates";
import { renamed, WEEKDAYS, withHolidays } from "@/screens/calendars/definition";
import { PreviewBox, usePreview } from "@/screens/calendars/preview";
import { RotationFields } from "@/screens/calendars/rotation";
import { useMayEdit } from "@/screens/calendars/rights";
import { TimeField } from "@/screens/calendars/time-field";
import { words } from "@/screens/calendars/words";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const A_MONDAY = 5; // of January 2026, for the names of the weekdays

function Breaks({ breaks, onBreaks }: { breaks: BreakEntry[]; onBreaks: (breaks: BreakEntry[]) => void }) {
  const say = useWords(words);
  const put = (place: number, change: Partial<BreakEntry>) => onBreaks(breaks.map((one, i) => (i === place ? { ...one, ...change } : one)));
  return (
    <>
      {breaks.map((one, i) => (
        <div key={i} className={css.row}>
          <TextInput size="sm" label={say("breaks")} value={one.name} onChange={(event) => put(i, { name: event.currentTarget.value })} />
          <TimeField size="sm" label={say("from")} value={one.start} onTime={(start) => put(i, { start })} />
          <TimeField size="sm" label={say("to")} value={one.end} onTime={(end) => put(i, { end })} />
          <span />
          <ActionIcon variant="subtle" size="lg" onClick={() => onBreaks(breaks.filter((_, place) => place !== i))} aria-label={say("removeRow", { name: one.name })}><Icon name="close" size={16} /></ActionIcon>
        </div>
      ))}
      <Button variant="subtle" size="compact-sm" style={{ alignSelf: "start" }} onClick={() => onBreaks([...breaks, { name: say("breakName"), start: "10:00", end: "10:30" }])}>{say("addBreak")}</Button>
    </>
  );
}

interface CardProps { shift: ShiftEntry; onShift: (shift: ShiftEntry) => void; onName: (name: string) => void; onRemove: (() => void) | undefined }
function ShiftCard({ shift, onShift, onName, onRemove }: CardProps) {
  const say = useWords(words);
  const language = useLanguage();
  return (
    <div className={css.shiftCard} data-testid="pattern-shift">
      <div className={css.row}>
        <TextInput label={say("name")} value={shift.name} onChange={(event) => onName(event.currentTarget.value)} data-testid="shift-name" />
        <TimeField label={say("from")} value={shift.start} onTime={(start) => onShift({ ...shift, start })} data-testid="shift-start" />
        <TimeField label={say("to")} value={shift.end} onTime={(end) => onShift({ ...shift, end })} data-testid="shift-end" />
        <TextInput label={say("crew")} value={shift.crew ?? ""} onChange={(event) => onShift({ ...shift, crew: event.currentTarget.value || null })} />
        <ActionIcon variant="subtle" size="lg" disabled={!onRemove} onClick={onRemove} aria-label={say("removeRow", { name: shift.name })}><Icon name="close" size={16} /></ActionIcon>
      </div>
      <Chip.Group multiple value={shift.days ?? WEEKDAYS} onChange={(days) => onShift({ ...shift, days: WEEKDAYS.filter((day) => days.includes(day)) })}>
        <div className={css.days} role="group" aria-label={say("days")}>
          {WEEKDAYS.map((day, i) => <Chip key={day} value={day} size="sm" variant="light">{formatDate(`2026-01-${String(A_MONDAY + i).padStart(2, "0")}`, "weekday", language)}</Chip>)}
        </div>
      </Chip.Group>
      <Breaks breaks={shift.breaks} onBreaks={(breaks) => onShift({ ...shift, breaks })} />
    </div>
  );
}

interface PartProps { definition: Definition; onDefinition: (definition: Definition) => void }
function Shifts({ definition, onDefinition }: PartProps) {
  const say = useWords(words);
  const put = (shifts: ShiftEntry[]) => onDefinition({ ...definition, shifts });
  const last = definition.shifts.at(-1);
  const fresh: ShiftEntry = { name: say("shiftName"), start: last?.end ?? "06:00", end: last?.start ?? "14:00", crew: null, breaks: [], days: WEEKDAYS.slice(0, 5) };
  return (
    <fieldset className={css.group}>
      <legend>{say("shifts")}</legend>
      {definition.shifts.map((shift, i) => (
        <ShiftCard key={i} shift={shift} onName={(name) => onDefinition(renamed(definition, i, name))} onShift={(next) => put(definition.shifts.map((one, place) => (place === i ? next : one)))} onRemove={definition.shifts.length > 1 ? () => put(definition.shifts.filter((_, place) => place !== i)) : undefined} />
      ))}
      <Button variant="default" size="sm" style={{ alignSelf: "start" }} onClick={() => put([...definition.shifts, fresh])} data-testid="add-shift">{say("addShift")}</Button>
    </fieldset>
  );
}

function Holidays({ definition, onDefinition }: PartProps) {
  const say = useWords(words);
  const { data = [], error } = useQuery(holidaysQuery());
  return (
    <fieldset className={css.group}>
      <legend>{say("holidays")}</legend>
      {error && <ProblemNotice error={error} compact />}
      {data.length === 0 && !error && <p className={css.small}>{say("holidaysNone")}</p>}
      {data.map((list) => {
        const description = [say("holidayDates", { n: Object.keys(list.dates).length }), definition.holidays[list.key]?.length ? say("holidayShifts") : ""].filter(Boolean).join(" · ");
        return <Checkbox key={list.key} label={<span translate="no">{list.name ?? list.key}</span>} description={description} checked={list.key in definition.holidays} onChange={(event) => onDefinition(withHolidays(definition, list.key, event.currentTarget.checked))} />;
      })}
    </fieldset>
  );
}

export default function PatternForm({ calendar, onDone }: { calendar: CalendarDetail; onDone: (audit: string | null) => void }) {
  const say = useWords(words);
  const may = useMayEdit();
  const [definition, setDefinition] = useState(calendar.definition);
  const isChanged = JSON.stringify(definition) !== JSON.stringify(calendar.definition);
  const { preview, error, isFresh } = usePreview(calendar.key, isChanged ? { body: definition } : null);
  const save = useChange(calendar.key, onDone);
  const submit = (event: FormEvent) => { event.preventDefault(); save.mutate({ wanted: { body: definition }, reason: "", seen: calendar.version }); };
  const part = { definition, onDefinition: setDefinition };
  return (
    <form className={css.pattern} onSubmit={submit} data-testid="pattern">
      <fieldset className={css.form} disabled={!may} style={{ border: 0, padding: 0, margin: 0 }}>
        <TextInput label={say("calendarName")} value={definition.name ?? ""} onChange={(event) => setDefinition({ ...definition, name: event.currentTarget.value || null })} maw={360} />
        <Shifts {...part} />
        <RotationFields {...part} />
        <Holidays {...part} />
      </fieldset>
      {isChanged && <PreviewBox preview={preview} error={error} reason="" onReason={() => undefined} />}
      {save.error && <ProblemNotice error={save.error} compact />}
      <div className={css.buttons}>
        <span className={css.small} data-start="true">{say("patternHint")}</span>
        <Button variant="default" disabled={!isChanged} onClick={() => setDefinition(calendar.definition)}>{say("reset")}</Button>
        <Button type="submit" disabled={!may || !isChanged || !isFresh || error !== null} loading={save.isPending} data-testid="pattern-save">{say("save")}</Button>
      </div>
    </form>
  );
}
