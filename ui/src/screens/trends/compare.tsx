// Another time laid under this one: the period before, a day or a week ago, or two runs of jobs from their starts.
import { Button, Popover, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { memo, useState } from "react";
import { jobResponsesQuery } from "@/api/queries";
import type { JobResponse } from "@/api/types";
import { useProductName } from "@/jobs/jobs";
import { useNowMs } from "@/live/now";
import css from "@/screens/trends/trends.module.css";
import type { Trending } from "@/screens/trends/use-asked";
import { words } from "@/screens/trends/words";
import { daysEarlier, formatDuration, formatMoment, momentOfWall, wallOf } from "@/show/format";
import { useReader } from "@/show/show";
import { allowed, LONGEST_MS } from "@/trend/gestures";
import { useWords } from "@/words/words";

const DAY_MS = 86_400_000;
const MONTHS_MS = 300 * DAY_MS; // a day so far away is said with its year
const RUNS_BACK_MS = 60 * DAY_MS;
const STEP_MS = 3_600_000;

const endOf = (job: JobResponse, nowMs: number): number => (job.end ? Date.parse(job.end) : nowMs);

/** Two runs of an equipment: the view is the first one, the second begins where the first does. */
function Runs({ equipmentId, set, onDone }: { equipmentId: number; set: Trending["set"]; onDone: () => void }) {
  const say = useWords(words);
  const reader = useReader();
  const productName = useProductName();
  const [chosen, setChosen] = useState<[string | null, string | null]>([null, null]);
  const nowMs = useNowMs();
  const t1 = Math.ceil(nowMs / STEP_MS) * STEP_MS;
  const { data } = useQuery(jobResponsesQuery(equipmentId, { start: new Date(t1 - RUNS_BACK_MS).toISOString(), end: new Date(t1).toISOString() }));
  const runs = [...(data ?? [])].reverse();
  const options = runs.map((job) => ({ value: job.id, label: `${formatMoment(Date.parse(job.start), "minute", reader)} · ${[productName(job.product), job.job_order].filter(Boolean).join(" · ")}` }));
  const [first, second] = chosen.map((id) => runs.find((job) => job.id === id));
  const show = () => {
    if (!first || !second) return;
    const t0 = Date.parse(first.start);
    const length = Math.max(endOf(first, nowMs) - t0, endOf(second, nowMs) - Date.parse(second.start));
    set({ when: { view: allowed({ t0, t1: t0 + length }) }, shiftMs: Date.parse(second.start) - t0 });
    onDone();
  };
  if (data && runs.length < 2) return <p className="quiet">{say("noRuns")}</p>;
  return (
    <>
      {([0, 1] as const).map((i) => <Select key={i} size="xs" label={say(i === 0 ? "run" : "otherRun")} data={options} value={chosen[i]} onChange={(id) => setChosen(i === 0 ? [id, chosen[1]] : [chosen[0], id])} searchable comboboxProps={{ withinPortal: false }} data-testid={`run-${i + 1}`} />)}
      <Button size="xs" onClick={show} disabled={!first || !second || first === second} data-testid="compare-runs">{say("compareRuns")}</Button>
    </>
  );
}

/** `beginMs`: where the view begins, which is said while something is compared. */
type CompareProps = Pick<Trending, "shiftMs" | "viewNow" | "set"> & { beginMs: number | null; equipmentId: number | null };
export const Compare = memo(function Compare({ shiftMs, viewNow, set, beginMs, equipmentId }: CompareProps) {
  const say = useWords(words);
  const reader = useReader();
  const [open, setOpen] = useState(false);
  const span = () => viewNow().t1 - viewNow().t0;
  const [from, setFrom] = useState("");
  const fromMs = momentOfWall(from, reader.zone);
  const reachable = Math.abs(fromMs - viewNow().t0) <= LONGEST_MS; // and no moment is not
  const by = (ms: number | null) => {
    set({ shiftMs: ms });
    setOpen(false);
  };
  const label = shiftMs === null ? say("compare") : say("comparedWith", { start: formatMoment((beginMs ?? 0) + shiftMs, Math.abs(shiftMs) < MONTHS_MS ? "minute" : "full", reader), by: `${shiftMs > 0 ? "+" : ""}${formatDuration(shiftMs * 1000, reader.language)}` });
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" shadow="md" trapFocus>
      <Popover.Target><Button size="xs" variant={shiftMs === null ? "default" : "filled"} onClick={() => { setFrom(wallOf(viewNow().t0 - span(), reader.zone)); setOpen(!open); }} data-testid="compare">{label}</Button></Popover.Target>
      <Popover.Dropdown>
        <div className={css.choices}>
          <Button size="xs" variant="default" onClick={() => by(-span())} data-testid="compare-before">{say("before")}</Button>
          <Button size="xs" variant="default" onClick={() => by(daysEarlier(viewNow().t0, 1, reader.zone) - viewNow().t0)} data-testid="compare-day">{say("dayBefore")}</Button>
          <Button size="xs" variant="default" onClick={() => by(daysEarlier(viewNow().t0, 7, reader.zone) - viewNow().t0)} data-testid="compare-week">{say("weekBefore")}</Button>
          <label className={css.field}><span>{say("beginsAt")}</span><input type="datetime-local" className={css.input} value={from} data-testid="compare-begin" onChange={(event) => setFrom(event.currentTarget.value)} /></label>
          <Button size="xs" variant="default" onClick={() => by(fromMs - viewNow().t0)} disabled={!reachable} data-testid="compare-from">{say("compare")}</Button>
          {equipmentId !== null && <Runs equipmentId={equipmentId} set={set} onDone={() => setOpen(false)} />}
          {shiftMs !== null && <Button size="xs" variant="default" onClick={() => by(null)} data-testid="compare-off">{say("compareOff")}</Button>}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
});
