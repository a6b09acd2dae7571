// Watch a connection and say what its signals seem to mean: the claims, a person's choice, and what it comes to.
import { NativeSelect } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useState } from "react";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import connect from "@/screens/connect/connect.module.css";
import { type Machine, type Progress, proposalsQuery } from "@/screens/meaning/api";
import { type Choice, doubled, meantOf, NO_CHOICE } from "@/screens/meaning/choice";
import { Claims } from "@/screens/meaning/claims";
import css from "@/screens/meaning/meaning.module.css";
import { Taking } from "@/screens/meaning/taking";
import { words } from "@/screens/meaning/words";
import { formatNumber } from "@/show/format";
import { connectionOf, Go } from "@/view/place";
import { useChangeSearch, useSearchText } from "@/view/search";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const STRETCHES = [30, 120, 480, 1440] as const;
const MINUTE_S = 60;
const NAME = /^\/meaning\/(.+?)\/?$/;

function Growing({ progress }: { progress: Progress }) {
  const say = useWords(words);
  const language = useLanguage();
  if (progress.enough) return null;
  const minutes = (seconds: number) => formatNumber(Math.floor(seconds / MINUTE_S), language);
  const share = Math.min(1, progress.running_s / progress.running_needed_s);
  const text = say("notYet", { needed: minutes(progress.running_needed_s), stopsNeeded: progress.stops_needed, running: minutes(progress.running_s), stops: progress.stops });
  return (
    <div className={css.progress} data-testid="not-yet">
      <p className={css.because}>{text}</p>
      <progress value={share} max={1} aria-label={text} />
      <p className="quiet">{say("growing")}</p>
    </div>
  );
}

function OneMachine({ machine }: { machine: Machine }) {
  const say = useWords(words);
  const [choice, setChoice] = useState<Choice>(NO_CHOICE);
  const put = useCallback((part: Partial<Choice>) => setChoice((before) => ({ ...before, ...part })), []);
  return (
    <>
      <Panel title={machine.name} testid={`machine-${machine.equipment_path}`}>
        <Growing progress={machine.progress} />
        {machine.stands.states && <p className={css.because}>{say("stands")}</p>}
        <Claims machine={machine} choice={choice} put={put} />
      </Panel>
      <Taking id={machine.equipment_id} name={machine.name} meant={meantOf(machine, choice)} hold={doubled(machine, choice) ? say("doubled") : null} />
    </>
  );
}

const Levels = lazy(() => import("@/screens/levels/page"));

export default function Meaning() {
  const levels = Number(useSearchText()["levels"]);
  return levels > 0 ? <Suspense fallback={<Waiting lines={8} />}><Levels id={levels} /></Suspense> : <Watching />;
}

function Watching() {
  const say = useWords(words);
  const changeSearch = useChangeSearch();
  const asked = Number(useSearchText()["minutes"]);
  const minutes = STRETCHES.find((one) => one === asked) ?? 480;
  const name = useRouterState({ select: (state) => decodeURIComponent(NAME.exec(state.location.pathname)?.[1] ?? "") });
  const { data, error, refetch } = useQuery({ ...proposalsQuery(name, minutes), enabled: name !== "", placeholderData: keepPreviousData });
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  return (
    <div className={connect.page} data-testid="meaning">
      <div className={connect.titleRow}>
        <div><h1>{say("title")}</h1><p className="quiet">{say("of", { name })}</p></div>
        <Go to={connectionOf(name)} className="link">{say("back")}</Go>
      </div>
      <NativeSelect className={connect.narrow} label={say("stretch")} value={minutes} onChange={(event) => changeSearch({ minutes: event.currentTarget.value }, "replace")} data-testid="stretch">
        {STRETCHES.map((one) => <option key={one} value={one}>{say(`m${one}`)}</option>)}
      </NativeSelect>
      {!data && <Waiting lines={8} />}
      {data?.length === 0 && <Empty icon="plug" title={say("none")} hint={say("noneHint")} />}
      {data?.map((machine) => <OneMachine key={machine.equipment_id} machine={machine} />)}
    </div>
  );
}
