// The days of a calendar by the month or by the week; press one to say what is different on it.
import { ActionIcon, Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { serverNowMs } from "@/api/client";
import { useEquipment } from "@/app/equipment";
import { Icon } from "@/design/icons";
import { ProblemNotice, Waiting } from "@/design/notice";
import { type CalendarDetail, type Day, daysQuery } from "@/screens/calendars/api";
import css from "@/screens/calendars/calendars.module.css";
import { addDays, addMonths, formatDate, isDate, mondayOf, monthSpan } from "@/screens/calendars/dates";
import { ExceptionDialog } from "@/screens/calendars/exception-dialog";
import { Month } from "@/screens/calendars/month";
import { Week } from "@/screens/calendars/week";
import { useMayEdit } from "@/screens/calendars/rights";
import { words } from "@/screens/calendars/words";
import { wallOf } from "@/show/format";
import { useChangeSearch, useSearchText } from "@/view/search";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

/** Today where the calendar is kept; by this device's clock where nothing keeps it. */
function useToday(calendar: CalendarDetail): string {
  const { map } = useEquipment();
  const first = calendar.used_by[0];
  return wallOf(serverNowMs(), first && map.byId(first.id)?.timezone).slice(0, 10);
}

function Steps({ view, date, today }: { view: "month" | "week"; date: string; today: string }) {
  const say = useWords(words);
  const language = useLanguage();
  const change = useChangeSearch();
  const step = (by: number) => change({ date: view === "month" ? addMonths(date, by) : addDays(mondayOf(date), 7 * by) });
  const monday = mondayOf(date);
  const title = view === "month" ? formatDate(date, "month", language) : `${formatDate(monday, "day", language)} – ${formatDate(addDays(monday, 6), "day", language)}`;
  return (
    <>
      <ActionIcon variant="default" size="lg" onClick={() => step(-1)} aria-label={say("earlier")} data-testid="earlier"><Icon name="back" /></ActionIcon>
      <ActionIcon variant="default" size="lg" onClick={() => step(1)} aria-label={say("later")} data-testid="later"><Icon name="chevron" /></ActionIcon>
      <span className={css.barTitle} aria-live="polite" data-testid="span">{title}</span>
      <Button variant="default" size="sm" onClick={() => change({ date: today })}>{say("today")}</Button>
    </>
  );
}

export function Planner({ calendar, view, onDone }: { calendar: CalendarDetail; view: "month" | "week"; onDone: (audit: string | null) => void }) {
  const may = useMayEdit();
  const today = useToday(calendar);
  const { date: asked = "" } = useSearchText();
  const date = isDate(asked) ? asked : today;
  const span = view === "month" ? monthSpan(date) : { start: mondayOf(date), end: addDays(mondayOf(date), 6) };
  const [open, setOpen] = useState<Day | null>(null);
  // a week begins with the night before it
  const { data, error, refetch } = useQuery(daysQuery(calendar.key, addDays(span.start, -1), span.end));
  const onDay = may ? setOpen : undefined;
  const shown = { days: data?.slice(1) ?? [], before: data?.[0], today, onDay };
  return (
    <>
      <div className={css.bar}><Steps view={view} date={date} today={today} /></div>
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Waiting lines={8} height={48} />}
      {data && view === "month" && <Month {...shown} month={date.slice(0, 7)} />}
      {data && view === "week" && <Week {...shown} />}
      {open && <ExceptionDialog key={open.date} calendar={calendar} day={open} onClose={() => setOpen(null)} onDone={(audit) => { setOpen(null); onDone(audit); }} />}
    </>
  );
}
