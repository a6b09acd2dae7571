// What runs at the station, how many pieces it made of those it should have by now, and the large buttons below.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { jobOrdersQuery } from "@/api/queries";
import type { Equipment, JobPace, Kpis } from "@/api/types";
import { EnterDialog } from "@/counts/enter-dialog";
import { Icon } from "@/design/icons";
import { Waiting } from "@/design/notice";
import { type Run, runsOf, useKnownJobs, useMay, useProductName } from "@/jobs/jobs";
import { useLiveKpi } from "@/kpi/current-shift";
import { isBlind, madeIn } from "@/kpi/made";
import { paceOf } from "@/kpi/pace";
import { missingWords, paceWords } from "@/kpi/pace-words";
import { Made, NoCounter } from "@/kpi/untold";
import { HeldText } from "@/screens/station/held-text";
import { EndDialog, HandOverDialog, StartDialog } from "@/screens/station/job-dialogs";
import css from "@/screens/station/station.module.css";
import { words } from "@/screens/station/words";
import { formatMoment } from "@/show/format";
import { Num, useReader } from "@/show/show";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const DAY_MS = 86_400_000;

/** When a job will be done and the range in which such jobs ended, of the day where that is further away; or why nobody can say. */
function Done({ pace }: { pace: JobPace }) {
  const say = useWords(paceWords);
  const language = useLanguage();
  const reader = useReader();
  const { earliest, expected_end: end, latest, missing } = pace;
  if (!end && missing === "no-quantity") return null; // most jobs: nobody asked for an end
  if (!end) return <span className={css.small} data-testid="station-job-end">{missing === "made" ? wordFor(missingWords, language, missing) : say("doneUnknown", { why: missing ? wordFor(missingWords, language, missing) : "" })}</span>;
  const style = latest && Date.parse(latest) - Date.now() < DAY_MS ? "time" : "minute";
  const moment = (text: string | null) => (text ? formatMoment(Date.parse(text), style, reader) : say("later"));
  return <span className={css.small} data-testid="station-job-end">{say("doneAbout", { time: moment(end), low: moment(earliest), high: moment(latest) })}</span>;
}

function Job({ run, here }: { run: Run; here: Equipment }) {
  const job = run.first;
  const pace = useLiveKpi(here.id)?.jobs.find((one) => run.jobs.some((ours) => ours.id === one.job_response_id));
  const say = useWords(words);
  const reader = useReader();
  const productName = useProductName();
  const facts = [job.job_order && say("order", { order: job.job_order }), job.lot && say("lot", { lot: job.lot }), say("since", { start: formatMoment(Date.parse(job.start), "minute", reader) }), job.started_by === "schedule" && say("bySchedule"), job.started_by === "tag" && say("byTag")];
  return (
    <div className={css.job} data-testid="station-job">
      <strong className={css.product}>{productName(job.product)}</strong>
      <span className={css.small}>{facts.filter(Boolean).join(" · ")}</span>
      {pace && <Done pace={pace} />}
      {job.note && <span className={css.note}>{say("note", { note: job.note })}</span>}
    </div>
  );
}

function Pieces({ here, kpis }: { here: Equipment; kpis: Kpis | undefined }) {
  const say = useWords(words);
  const pace = paceOf(useLiveKpi(here.id));
  const made = madeIn(kpis);
  const share = pace && pace.target > 0 ? Math.min(pace.actual / pace.target, 1) : 0;
  return (
    <div className={`live ${css.pieces}`} data-testid="station-pieces">
      <dl>
        <div><dt>{say("good")}</dt><dd data-testid="station-good"><Made kpis={kpis} kind="good" plain /></dd></div>
        <div><dt>{say("scrap")}</dt><dd data-testid="station-scrap"><Made kpis={kpis} kind="scrap" plain /></dd></div>
        <div><dt>{say("target")}</dt><dd>{pace || made?.good === null || !made ? <Num value={pace?.target} /> : <span className={css.none}>{say("noTarget")}</span>}</dd></div>
      </dl>
      <NoCounter here={here} blind={isBlind(kpis)} large />
      {pace && <div className={css.track} aria-hidden="true"><div className={css.done} data-pace={pace.pace} style={{ width: `${share * 100}%` }} /></div>}
    </div>
  );
}

/** The order that should have started itself by now, and what is in its way. */
function Due({ here }: { here: Equipment }) {
  const say = useWords(words);
  const reader = useReader();
  const { data = [] } = useQuery(jobOrdersQuery(here.id));
  const due = data.find((order) => order.status === "planned" && order.hindered !== null);
  if (!due?.planned_start || !due.hindered) return null;
  const { code, job, text, since } = due.hindered;
  const at = since ? formatMoment(Date.parse(since), "minute", reader) : "";
  const why = say(`hindered_${code}`, { job: job ?? "", since: at, text });
  return <span className={css.note} data-testid="station-due">{say("due", { order: due.job_order, time: formatMoment(Date.parse(due.planned_start), "minute", reader), why })}</span>;
}

const RUNS_SHOWN = 2;

type Open = "enter" | "start" | "end" | "hand-over" | null;

/** Where pieces are entered: the machine that hands the line's good ones on comes first. */
const countable = (line: Equipment, units: readonly Equipment[]): Equipment[] => {
  const out = `${line.path}/${line.outfeed ?? line.flow.at(-1) ?? ""}`;
  return [...units].sort((a, b) => Number(b.path === out) - Number(a.path === out));
};

export function JobCard({ here, units, kpis }: { here: Equipment; units: readonly Equipment[]; kpis: Kpis | undefined }) {
  const say = useWords(words);
  const jobs = useKnownJobs(here.id);
  const runs = runsOf(jobs ?? []);
  const [open, setOpen] = useState<Open>(null);
  const mayCount = useMay("count.enter", here);
  const mayJob = useMay("job.operate", here);
  const close = () => setOpen(null);
  return (
    <section className={css.side} aria-label={say("job")}>
      <div className={css.card}>
        <span className={css.label}>{say("job")}</span>
        <div className={css.jobs}>{!jobs ? <Waiting lines={1} height={44} /> : runs.length > 0 ? runs.slice(0, RUNS_SHOWN).map((run) => <Job key={run.key} run={run} here={here} />) : <span className={css.noJob} data-testid="station-no-job">{say("noJob")}</span>}</div>
        {runs.length > 0 && <Due here={here} />}
        <HeldText here={here} />
        <Pieces here={here} kpis={kpis} />
      </div>
      {mayJob && (
        <div className={css.actions}>
          {mayCount && <button type="button" className={css.action} data-main={runs.length > 0} disabled={!jobs} onClick={() => setOpen("enter")} data-testid="station-enter"><Icon name="pad" size={26} />{say("enter")}</button>}
          <button type="button" className={css.action} data-main={jobs?.length === 0} disabled={!jobs} onClick={() => setOpen("start")} data-testid="station-start"><Icon name="play" size={26} />{say(runs.length > 0 ? "nextJob" : "startJob")}</button>
          <button type="button" className={css.action} disabled={runs.length === 0} onClick={() => setOpen("end")} data-testid="station-end"><Icon name="stop" size={26} />{say("endJob")}</button>
          <button type="button" className={css.action} disabled={runs.length === 0} onClick={() => setOpen("hand-over")} data-testid="station-hand-over"><Icon name="handOver" size={26} />{say("handOver")}</button>
        </div>
      )}
      {open === "enter" && <EnterDialog units={countable(here, units)} onClose={close} />}
      {open === "start" && <StartDialog here={here} runs={runs} onClose={close} />}
      {open === "end" && <EndDialog here={here} runs={runs} onClose={close} />}
      {open === "hand-over" && runs[0] && <HandOverDialog here={here} runs={runs} onClose={close} />}
    </section>
  );
}
