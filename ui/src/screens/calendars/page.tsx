// The calendars of the plant: which there are, who keeps them, and what is looked at of the one that is chosen.
import { Button, SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useCallback, useState } from "react";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { type Calendar, calendarQuery, calendarsQuery } from "@/screens/calendars/api";
import css from "@/screens/calendars/calendars.module.css";
import { Planner } from "@/screens/calendars/planner";
import { topmost, useMayEdit } from "@/screens/calendars/rights";
import { UndoBar } from "@/screens/calendars/undo-bar";
import { words } from "@/screens/calendars/words";
import { useChangeSearch, useSearchText } from "@/view/search";
import { useWords } from "@/words/words";

const PatternForm = lazy(() => import("./pattern"));
const HistoryTable = lazy(() => import("./history"));
const NewCalendar = lazy(() => import("./new-calendar"));
const VIEWS = ["month", "week", "pattern", "history"] as const;

function Choice({ calendars, chosen }: { calendars: readonly Calendar[]; chosen: string }) {
  const say = useWords(words);
  const change = useChangeSearch();
  return (
    <ul className={css.list} data-testid="calendar-list">
      {calendars.map((one) => (
        <li key={one.key}>
          <button type="button" className={css.pick} aria-current={one.key === chosen} onClick={() => change({ calendar: one.key })} data-testid={`calendar-${one.key}`}>
            <span className={css.pickName} translate="no">{one.name ?? one.key}</span>
            <span className={css.small}>{say(one.by === "week" ? "byWeek" : "byRotation")}{one.exceptions_ahead > 0 && ` · ${say("exceptionsAhead", { n: one.exceptions_ahead })}`}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Head({ calendar, children }: { calendar: Calendar; children: ReactNode }) {
  const say = useWords(words);
  const users = topmost(calendar.used_by);
  return (
    <div className={css.head} data-testid="calendar-head">
      <h2 translate="no">{calendar.name ?? calendar.key}</h2>
      <span className={css.small}>{users.length > 0 ? say("usedBy") : say("usedByNothing")}</span>
      <span className={css.users}>{users.map((node) => <span key={node.id} className="mono" translate="no">{node.path}</span>)}</span>
      {children}
    </div>
  );
}

function Chosen({ calendar }: { calendar: Calendar }) {
  const say = useWords(words);
  const change = useChangeSearch();
  const { view = "month" } = useSearchText();
  const chosen = VIEWS.find((name) => name === view) ?? "month";
  const { data, error, refetch } = useQuery(calendarQuery(calendar.key));
  const [done, setDone] = useState<string | null>(null);
  const gone = useCallback(() => setDone(null), []);
  return (
    <div className={css.main}>
      <Panel flush><Head calendar={calendar}>{done !== null && <UndoBar key={done} audit={done} onGone={gone} />}</Head></Panel>
      <SegmentedControl value={chosen} onChange={(next) => change({ view: next })} data={VIEWS.map((value) => ({ value, label: say(value) }))} aria-label={say("views")} data-testid="views" />
      <Panel flush testid={`view-${chosen}`}>
        {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Waiting lines={6} height={40} />}
        {data && (chosen === "month" || chosen === "week") && <Planner calendar={data} view={chosen} onDone={setDone} />}
        <Suspense fallback={<Waiting lines={6} />}>
          {data && chosen === "pattern" && <PatternForm key={data.version} calendar={data} onDone={setDone} />}
          {data && chosen === "history" && <HistoryTable calendarKey={data.key} />}
        </Suspense>
      </Panel>
    </div>
  );
}

export default function Calendars() {
  const say = useWords(words);
  const may = useMayEdit();
  const [fresh, setFresh] = useState(false);
  const { calendar } = useSearchText();
  const { data, error, isPending, refetch } = useQuery(calendarsQuery());
  const chosen = calendar === undefined ? data?.[0] : data?.find((one) => one.key === calendar);
  return (
    <>
      <div className={css.titleRow}>
        <h1>{say("title")}</h1>
        {may && <Button variant="default" size="sm" onClick={() => setFresh(true)} data-testid="calendar-new">{say("newCalendar")}</Button>}
        {!may && <span className={css.small}><Icon name="info" size={14} /> {say("mayNot")}</span>}
      </div>
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {isPending && <Waiting lines={6} height={40} />}
      {data?.length === 0 && <Panel><Empty icon="calendar" title={say("none")} hint={say("noneHint")} /></Panel>}
      {data && data.length > 0 && (
        <div className={css.page} data-testid="calendars">
          <Panel flush><Choice calendars={data} chosen={chosen?.key ?? ""} /></Panel>
          {chosen ? <Chosen key={chosen.key} calendar={chosen} /> : <Panel><Empty title={say("missing")} /></Panel>}
        </div>
      )}
      {fresh && <Suspense fallback={null}><NewCalendar onClose={() => setFresh(false)} /></Suspense>}
    </>
  );
}
