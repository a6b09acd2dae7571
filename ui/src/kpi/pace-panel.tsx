// How the running shift stands against its plan and where it will end, with the way to the board that shows it hour by hour.
import type { ReactNode } from "react";
import type { Equipment, JobPace, LiveKpi } from "@/api/types";
import { Icon } from "@/design/icons";
import { planOf } from "@/explain/open";
import { Opens } from "@/explain/opens";
import { useProductName } from "@/jobs/jobs";
import { useLiveKpi } from "@/kpi/current-shift";
import { paceOf } from "@/kpi/pace";
import css from "@/kpi/pace-panel.module.css";
import { missingWords, paceWords } from "@/kpi/pace-words";
import { formatMoment, formatNumber } from "@/show/format";
import { Num, useReader, When } from "@/show/show";
import { boardOf, Go } from "@/view/place";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const JOBS_SHOWN = 3; // beside each other on one machine
const SIGN_OF = { ahead: "▲", even: "●", behind: "▼" } as const;

export function Cell({ label, small, children, testid, tone }: { label: string; small?: ReactNode; children: ReactNode; testid: string; tone?: string | undefined }) {
  return <div className={css.cell} data-testid={testid} data-tone={tone}><span className={css.label}>{label}</span><span className={css.number}>{children}</span>{small && <span className={css.small}>{small}</span>}</div>;
}

const ofPlan = (live: LiveKpi) => planOf(live.equipment_id, live);

/** In pieces and in minutes; never by colour alone. */
function Gap({ live }: { live: LiveKpi }) {
  const say = useWords(paceWords);
  const language = useLanguage();
  const paced = paceOf(live);
  const { difference, difference_min: minutes } = live.pace;
  if (!paced || difference === null) return <Cell label={say("gap")} testid="pace-gap"><Num value={null} /></Cell>;
  return (
    <Cell label={say(paced.pace)} testid="pace-gap" tone={paced.pace} small={minutes !== null && <Opens question={ofPlan(live)}>{say("minutes", { n: formatNumber(Math.abs(minutes), language) })}</Opens>}>
      <Opens question={ofPlan(live)}><span aria-hidden="true" className={css.sign}>{SIGN_OF[paced.pace]}</span>{say("pieces", { n: formatNumber(Math.abs(difference), language) })}</Opens>
    </Cell>
  );
}

function Ends({ live }: { live: LiveKpi }) {
  const say = useWords(paceWords);
  const language = useLanguage();
  const { projected, planned, basis, missing } = live.pace;
  const why = missing ? wordFor(missingWords, language, missing) : basis && say(basis);
  return <Cell label={say("projected")} testid="pace-projected" small={planned !== null ? <Opens question={ofPlan(live)}>{say("ofPlanned", { n: formatNumber(planned, language) })}</Opens> : why}><Opens question={projected === null && planned === null ? null : ofPlan(live)} title={why || undefined}><Num value={projected} /></Opens></Cell>;
}

/** When a job will be done, in the plant's time, with the range in which such jobs ended; or why nobody can say. */
export function JobEnd({ job, live }: { job: JobPace; live: LiveKpi }) {
  const say = useWords(paceWords);
  const language = useLanguage();
  const reader = useReader();
  const productName = useProductName();
  const { quantity, made, rests_on: rests, missing } = job;
  const moment = (text: string | null) => (text ? formatMoment(Date.parse(text), "minute", reader) : say("later"));
  const range = job.expected_end ? say("range", { low: moment(job.earliest), high: moment(job.latest) }) : missing && wordFor(missingWords, language, missing);
  const basis = rests ? say("restsOn", { n: formatNumber(rests.stretches, language), pieces: formatNumber(rests.pieces, language) }) : undefined;
  const ask = (step = "") => ({ key: `job-end/job:${job.job_response_id}${step}`, equipmentId: live.equipment_id, start: job.start, end: live.until });
  const soFar = quantity !== null && made !== null && say("madeOf", { made: formatNumber(made, language), n: formatNumber(quantity, language) });
  const name = [job.job_order, productName(job.product)].filter(Boolean).join(" · ");
  return (
    <Cell label={say("jobEnd", { name })} testid="pace-job" small={<span title={basis}>{soFar && <Opens question={ask("/sum:good")}>{soFar}</Opens>}{soFar && range && " · "}{job.expected_end ? <Opens question={ask()}>{range}</Opens> : range}</span>}>
      <Opens question={job.expected_end ? ask() : null} testid="pace-job-end"><When at={job.expected_end} as="minute" /></Opens>
    </Cell>
  );
}

function Settled({ live }: { live: LiveKpi }) {
  const say = useWords(paceWords);
  const reader = useReader();
  if (!live.settled) return <span className={css.note}>{say("allProvisional")}</span>;
  return <span className={css.note} title={say("provisionalHint")} data-testid="pace-settled">{say("provisional", { time: formatMoment(Date.parse(live.settled), "time", reader) })}</span>;
}

/** Of a machine or a line; nothing where no shift runs and nothing can be told. */
export function PacePanel({ here }: { here: Equipment }) {
  const say = useWords(paceWords);
  const live = useLiveKpi(here.id);
  if (!live?.shift || live.kpis.length === 0) return null;
  return (
    <div className={`live ${css.row}`} data-testid="pace-panel">
      <Cell label={say("due")} testid="pace-due"><Opens question={live.pace.due === null ? null : ofPlan(live)}><Num value={live.pace.due} /></Opens></Cell>
      <Gap live={live} />
      <Ends live={live} />
      {live.jobs.slice(0, JOBS_SHOWN).map((job) => <JobEnd key={job.job_response_id} job={job} live={live} />)}
      <span className={css.end}><Settled live={live} /><Go to={boardOf(here.path)} className={css.way} testid="pace-board"><Icon name="board" size={16} />{say("explain")}</Go></span>
    </div>
  );
}
