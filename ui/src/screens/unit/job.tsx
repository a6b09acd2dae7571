// The job on a work unit: what runs, and the way to start, change and end it.
import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { change } from "@/api/client";
import type { Equipment, JobResponse } from "@/api/types";
import { ProblemNotice } from "@/design/notice";
import { useKnownJobs, useMay, useProductName } from "@/jobs/jobs";
import { StandardRate } from "@/machine/rate";
import { JobDialog } from "@/screens/unit/job-dialog";
import css from "@/screens/unit/unit.module.css";
import { words } from "@/screens/unit/words";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { useWords } from "@/words/words";

const UNDO_MS = 20_000;

/** `audits`: the rows of what was done, in order; taken back from the last to the first. */
export interface Done { audits: readonly string[]; what: "started" | "ended" }

function UndoBar({ done, onUndone }: { done: Done; onUndone: () => void }) {
  const say = useWords(words);
  const undo = useMutation({
    mutationFn: async () => {
      for (const audit of [...done.audits].reverse()) await change("POST", `/audit/${audit}/undo`);
    },
    onSettled: (_, error) => error ? undefined : onUndone(),
  });
  return (
    <div className={css.undo} role="status" data-testid="job-done">
      <span>{say(done.what)}</span>
      {done.audits.length > 0 && <Button variant="subtle" size="compact-sm" loading={undo.isPending} onClick={() => undo.mutate()} data-testid="job-undo">{say("undo")}</Button>}
      {undo.error && <ProblemNotice error={undo.error} compact />}
    </div>
  );
}

function JobWords({ equipment, job }: { equipment: Equipment; job: JobResponse | undefined }) {
  const say = useWords(words);
  const reader = useReader();
  const productName = useProductName();
  if (!job) return <span className={css.noJob} data-testid="no-job">{say("noJob")}</span>;
  const what = [job.job_order && say("order", { order: job.job_order }), job.lot && say("lot", { lot: job.lot })];
  const since = say("since", { start: formatMoment(Date.parse(job.start), "minute", reader) });
  return (
    <div className={css.jobWords} data-testid="job">
      <span className={css.product}>{productName(job.product)}</span>
      <span className={css.small}>{what.filter(Boolean).join(" · ")}</span>
      <span className={css.small}><StandardRate unit={equipment}>{job.standard_rate_upm ? say("rate", { rate: job.standard_rate_upm }) : say("standardRate")}</StandardRate> · {since}</span>
    </div>
  );
}

export function JobPanel({ equipment }: { equipment: Equipment }) {
  const say = useWords(words);
  const client = useQueryClient();
  const jobs = useKnownJobs(equipment.id);
  const job = jobs?.[0];
  const [dialog, setDialog] = useState(false);
  const [done, setDone] = useState<Done | null>(null);
  const settle = (what: Done | null) => {
    setDone(what);
    setTimeout(() => setDone((now) => (now === what ? null : now)), UNDO_MS);
    void client.invalidateQueries({ queryKey: [`/equipment/${equipment.id}/job-responses`] });
  };
  const end = useMutation({
    mutationFn: (id: string) => change("POST", `/job-responses/${id}/end`),
    onSuccess: ({ auditId }) => settle({ audits: auditId ? [auditId] : [], what: "ended" }),
  });
  const may = useMay("job.operate", equipment);
  return (
    <div className={css.job}>
      <div className={css.jobNow}><span className={css.label}>{say("job")}</span>{jobs && <JobWords equipment={equipment} job={job} />}{done && <UndoBar done={done} onUndone={() => settle(null)} />}{end.error && <ProblemNotice error={end.error} compact />}</div>
      {may && (
        <div className={css.jobActions}>
          <Button className={css.touch} variant={jobs && !job ? "filled" : "default"} disabled={!jobs} onClick={() => setDialog(true)} data-testid="job-start">{say(job ? "nextJob" : "startJob")}</Button>
          {job && <Button className={css.touch} variant="default" loading={end.isPending} onClick={() => end.mutate(job.id)} data-testid="job-end">{say("endJob")}</Button>}
        </div>
      )}
      {dialog && <JobDialog equipment={equipment} running={job} onClose={() => setDialog(false)} onStarted={(audits) => { setDialog(false); settle({ audits, what: "started" }); }} />}
    </div>
  );
}
