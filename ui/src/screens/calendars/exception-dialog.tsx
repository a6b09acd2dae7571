// What is different on a day: closed, other hours, overtime, or planned down; seen before it is saved.
import { ActionIcon, Button, SegmentedControl, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Dialog } from "@/design/dialog";
import { Icon } from "@/design/icons";
import { ProblemNotice } from "@/design/notice";
import { type CalendarDetail, type Day, useChange, type Wanted } from "@/screens/calendars/api";
import css from "@/screens/calendars/calendars.module.css";
import { formatDate } from "@/screens/calendars/dates";
import { exceptionOf, type Given, givenOf, isWhole, KINDS, type Row } from "@/screens/calendars/exception";
import { PreviewBox, usePreview } from "@/screens/calendars/preview";
import { TimeField } from "@/screens/calendars/time-field";
import { words } from "@/screens/calendars/words";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const KIND_WORDS = { closed: "kindClosed", hours: "kindHours", overtime: "kindOvertime", down: "kindDown" } as const;

interface RowsProps { rows: Row[]; hasCrew: boolean; addLabel: string; onRows: (rows: Row[]) => void; fresh: Row }
function Rows({ rows, hasCrew, addLabel, onRows, fresh }: RowsProps) {
  const say = useWords(words);
  const put = (place: number, change: Partial<Row>) => onRows(rows.map((row, i) => (i === place ? { ...row, ...change } : row)));
  return (
    <div className={css.rows}>
      {rows.map((row, i) => (
        <div key={i} className={css.row} data-testid="exception-row">
          <TextInput label={say("name")} value={row.name} onChange={(event) => put(i, { name: event.currentTarget.value })} maxLength={200} data-testid="row-name" />
          <TimeField label={say("from")} value={row.start} onTime={(start) => put(i, { start })} data-testid="row-start" />
          <TimeField label={say("to")} value={row.end} onTime={(end) => put(i, { end })} data-testid="row-end" />
          {hasCrew ? <TextInput label={say("crew")} value={row.crew} onChange={(event) => put(i, { crew: event.currentTarget.value })} maxLength={200} data-testid="row-crew" /> : <span />}
          <ActionIcon variant="subtle" size="lg" disabled={rows.length === 1} onClick={() => onRows(rows.filter((_, place) => place !== i))} aria-label={say("removeRow", { name: row.name })}><Icon name="close" size={16} /></ActionIcon>
        </div>
      ))}
      <Button variant="subtle" size="compact-sm" onClick={() => onRows([...rows, fresh])} style={{ alignSelf: "start" }}>{addLabel}</Button>
    </div>
  );
}

function Fields({ given, onGiven, date }: { given: Given; onGiven: (given: Given) => void; date: string }) {
  const say = useWords(words);
  const kind = given.kind;
  const fresh: Row = { name: say("shiftName"), start: "", end: "", crew: "", breaks: [] };
  return (
    <>
      <SegmentedControl fullWidth value={kind} onChange={(next) => onGiven({ ...given, kind: next as Given["kind"] })} data={KINDS.map((value) => ({ value, label: say(KIND_WORDS[value]) }))} aria-label={say("whatIs")} data-testid="exception-kind" />
      <p className={css.small}>{say(`${KIND_WORDS[kind]}Hint`)}</p>
      {kind !== "closed" && <Rows key={kind} rows={given[kind]} hasCrew={kind !== "down"} addLabel={say(kind === "down" ? "addDown" : "addRow")} onRows={(rows) => onGiven({ ...given, [kind]: rows })} fresh={fresh} />}
      <div className={css.pair}>
        <TextInput label={say("why")} description={say("whyHint")} inputWrapperOrder={["label", "input", "description"]} value={given.name} onChange={(event) => onGiven({ ...given, name: event.currentTarget.value })} maxLength={200} data-testid="exception-name" />
        <TextInput label={say("until")} type="date" min={date} value={given.until} onChange={(event) => onGiven({ ...given, until: event.currentTarget.value })} data-testid="exception-until" />
      </div>
    </>
  );
}

interface DialogProps { calendar: CalendarDetail; day: Day; onClose: () => void; onDone: (audit: string | null) => void }
export function ExceptionDialog({ calendar, day, onClose, onDone }: DialogProps) {
  const say = useWords(words);
  const language = useLanguage();
  const there = calendar.definition.exceptions[day.date];
  const [given, setGiven] = useState(() => givenOf(day, there, { overtime: say("overtimeName"), down: say("downName"), shift: say("shiftName") }));
  const [reason, setReason] = useState("");
  const wanted: Wanted | null = isWhole(given) ? { date: day.date, exception: exceptionOf(given, there) } : null;
  const { preview, error, isFresh } = usePreview(calendar.key, wanted);
  const save = useChange(calendar.key, onDone);
  const send = (what: Wanted) => save.mutate({ wanted: what, reason, seen: calendar.version });
  const submit = (event: FormEvent) => { event.preventDefault(); if (wanted) send(wanted); };
  const isReady = wanted !== null && isFresh && !error && (!preview?.needs_reason || reason.trim() !== "");
  return (
    <Dialog opened onClose={onClose} title={formatDate(day.date, "long", language)} size={640} closeButtonProps={{ "aria-label": say("cancel") }} data-testid="exception-dialog">
      <form className={css.form} onSubmit={submit}>
        <Fields given={given} onGiven={setGiven} date={day.date} />
        <PreviewBox preview={preview} error={error} reason={reason} onReason={setReason} />
        {save.error && <ProblemNotice error={save.error} compact />}
        <div className={css.buttons}>
          {there && <Button data-start="true" variant="subtle" loading={save.isPending} onClick={() => send({ date: day.date, exception: null })} data-testid="exception-remove">{say("removeException")}</Button>}
          <Button variant="default" onClick={onClose}>{say("cancel")}</Button>
          <Button type="submit" disabled={!isReady} loading={save.isPending} data-testid="exception-save">{say("save")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
