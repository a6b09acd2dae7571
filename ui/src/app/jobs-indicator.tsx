// What the server does in the background, such as a history import, and how far it is.
import { Popover, Progress } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { jobsQuery } from "@/api/queries";
import type { Job, Page } from "@/api/types";
import css from "@/app/shell.module.css";
import jobCss from "@/app/jobs.module.css";
import { words } from "@/app/words";
import { Icon } from "@/design/icons";
import { useLive } from "@/live/live";
import { formatNumber } from "@/show/format";
import { Ratio, When } from "@/show/show";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const FAILED = new Set(["failed", "error"]);
const ENDED = new Set(["done", "succeeded", "finished", "cancelled", ...FAILED]);
const shareOf = (job: Job) => (job.total ? Math.min(job.done / job.total, 1) : null);

/** Subscribed like any topic; until its first document comes, what the server answered. */
export function useJobs(): Job[] {
  const live = useLive<Page<Job> | Job[]>("jobs");
  const { data } = useQuery(jobsQuery());
  return (Array.isArray(live) ? live : live?.items) ?? data ?? [];
}

function JobRow({ job }: { job: Job }) {
  const say = useWords(words);
  const language = useLanguage();
  const share = shareOf(job);
  return (
    <li className={jobCss.job} data-testid={`job-${job.id}`}>
      <div className={jobCss.head}>
        <span className={jobCss.title}>{job.title}</span>
        {FAILED.has(job.state) ? <span className={jobCss.failed}>{say("workFailed")}</span> : ENDED.has(job.state) ? <span>{say("workDone")}</span> : <Ratio value={share} digits={0} />}
      </div>
      <Progress value={(share ?? 1) * 100} size="sm" animated={share === null} aria-label={job.title} />
      <div className={jobCss.foot}>
        {job.total !== null && <span className="num">{say("workOf", { done: formatNumber(job.done, language), total: formatNumber(job.total, language), unit: job.unit ?? "" })}</span>}
        <When at={job.started} />
      </div>
    </li>
  );
}

export function JobsIndicator() {
  const say = useWords(words);
  const jobs = useJobs();
  const running = jobs.filter((job) => !ENDED.has(job.state));
  const first = running[0];
  if (jobs.length === 0) return null;
  return (
    <Popover width={340} position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <button type="button" className={css.button} data-testid="jobs-indicator">
          <span className="visually-hidden">{`${say("work")}, ${first ? say("workCount", { n: running.length }) : say("workDone")}`}</span>
          <Icon name={first ? "work" : "check"} />
          {first && <Progress className={css.progress} value={(shareOf(first) ?? 1) * 100} size="sm" aria-label={first.title} />}
          {first && <Ratio value={shareOf(first)} digits={0} />}
        </button>
      </Popover.Target>
      <Popover.Dropdown p={0}>
        <h2 className={jobCss.heading}>{say("work")}</h2>
        <ul className={jobCss.list} data-testid="jobs">{jobs.map((job) => <JobRow key={job.id} job={job} />)}</ul>
      </Popover.Dropdown>
    </Popover>
  );
}
