// The machines of a line, one under the other as the product passes them; between them what stands on the belt.
import { Tooltip } from "@mantine/core";
import { Fragment, type ReactNode, useState } from "react";
import type { Equipment, JobResponse } from "@/api/types";
import { useKnownJobs, useProductName } from "@/jobs/jobs";
import { Figure } from "@/kpi/figure";
import { useCurrentShift } from "@/kpi/current-shift";
import { madeIn } from "@/kpi/made";
import { Made } from "@/kpi/untold";
import { type MachineNow, useMachineNow } from "@/machine/now";
import { StandardRate } from "@/machine/rate";
import { useSpeed, useTagNow } from "@/machine/speed";
import css from "@/screens/line/line.module.css";
import { words } from "@/screens/line/words";
import { formatMoment, formatNumber, NOTHING } from "@/show/format";
import { Num, Running, useReader } from "@/show/show";
import { StateSign } from "@/states/sign";
import { Go, tagOf, unitOf } from "@/view/place";
import { useWords } from "@/words/words";

const COLUMNS = ["machine", "state", "for", "speed", "good", "scrap", "oee", "job"] as const;
const NUMBERS: ReadonlySet<string> = new Set(["for", "speed", "good", "scrap"]);

function State({ unit, machine: { now, look, word, why, external } }: { unit: Equipment; machine: MachineNow }) {
  const say = useWords(words);
  return (
    <div className={css.state} data-tone={look?.tone} data-state={now?.state} data-testid={`state-${unit.path}`}>
      {look && <StateSign sign={look.sign} tone={look.tone} size={26} />}
      <span className={css.stateWords}>
        <span className={look ? css.stateName : "quiet"}>{word ?? say("waits")}</span>
        <span className={css.why}>{[why, external && say("notItsFault")].filter(Boolean).join(" · ")}</span>
      </span>
    </div>
  );
}

function SpeedCell({ unit }: { unit: Equipment }) {
  const say = useWords(words);
  const speed = useSpeed(unit);
  if (speed === undefined) return null;
  if (!speed) return <span className="quiet">{say("noSpeed")}</span>;
  return (
    <>
      <Go to={tagOf(speed.tagId)} className={`${css.number} ${css.name}`} testid="speed-tag"><Num value={speed.value} unit={speed.unit} /></Go>
      {speed.rate !== null && <StandardRate unit={unit} className={css.small}>{say("of", { rate: speed.rate })}</StandardRate>}
    </>
  );
}

function JobCell({ jobs }: { jobs: readonly JobResponse[] | undefined }) {
  const say = useWords(words);
  const productName = useProductName();
  if (!jobs) return null;
  const first = jobs[0];
  if (!first) return <span className="quiet">{say("noJob")}</span>;
  return (
    <>
      <span className={css.product}>{productName(first.product)}</span>
      <span className={css.small}>{[first.job_order, jobs.length > 1 && say("more", { n: jobs.length - 1 })].filter(Boolean).join(" · ")}</span>
    </>
  );
}

interface MachineProps { unit: Equipment; isConstraint: boolean; jobs: readonly JobResponse[] | undefined }
function Machine({ unit, isConstraint, jobs }: MachineProps) {
  const say = useWords(words);
  const machine = useMachineNow(unit);
  const { kpis } = useCurrentShift(unit.id);
  const cells: Record<(typeof COLUMNS)[number], ReactNode> = {
    machine: null,
    state: <State unit={unit} machine={machine} />,
    for: machine.now && <span className={css.counter} data-testid={`counter-${unit.path}`}><Running since={machine.now.since} /></span>,
    speed: <SpeedCell unit={unit} />,
    good: <span className={css.number}><Made kpis={kpis} kind="good" /></span>,
    scrap: <span className={css.number}><Made kpis={kpis} kind="scrap" /></span>,
    oee: <Figure kpi="oee_index" kpis={kpis} named="hidden" />,
    job: <JobCell jobs={jobs} />,
  };
  return (
    <tr className={`live ${css.machine}`} data-tone={machine.look?.tone} data-external={machine.external} data-testid={`machine-${unit.path}`}>
      <th scope="row">
        <Go to={unitOf(unit.path)} className={css.name}>{unit.name}</Go>
        {isConstraint && <span className={css.constraint} title={say("constraintHint")} data-testid="constraint">{say("constraint")}</span>}
      </th>
      {COLUMNS.slice(1).map((key) => <td key={key} className={NUMBERS.has(key) ? css.right : undefined}>{cells[key]}</td>)}
    </tr>
  );
}

/** Pieces that the machine before passed on and the next has not taken yet, since the shift began; pressed, what it is the difference of. */
function Buffer({ before, after }: { before: Equipment; after: Equipment }) {
  const say = useWords(words);
  const reader = useReader();
  const [open, setOpen] = useState(false);
  const [made, taken] = [useCurrentShift(before.id).kpis, useCurrentShift(after.id).kpis];
  const [passed, on] = [madeIn(made), madeIn(taken)];
  if (!made || !passed || passed.good === null || !on || on.good === null) return null;
  const n = passed.good - on.good - (on.scrap ?? 0) - (on.rework ?? 0);
  const kinds = (["good", "scrap", "rework"] as const).filter((kind) => kind !== "rework" || on.rework);
  return (
    <tr className={css.bufferRow}>
      <td colSpan={COLUMNS.length}>
        <Tooltip label={say("bufferHint", { before: before.name, after: after.name })} multiline w={300}>
          <button type="button" className={`live ${css.buffer}`} aria-expanded={open} onClick={() => setOpen(!open)} data-testid={`buffer-${after.path}`}>
            <svg width="10" height="12" viewBox="0 0 10 12" aria-hidden="true"><path d="M5 0v10M1.5 7 5 10.5 8.5 7" fill="none" stroke="currentColor" strokeWidth="1.4" /></svg>
            {say("buffer", { n: `${n > 0 ? "+" : ""}${formatNumber(n, reader.language)}`.replace("-", "−"), time: formatMoment(Date.parse(made.start), "time", reader) })}
          </button>
        </Tooltip>
        {open && <span className={css.bufferMade} data-testid={`buffer-made-${after.path}`}>{before.name} {say("good")} <Made kpis={made} kind="good" />{kinds.map((kind) => <Fragment key={kind}>{" − "}{after.name} {say(kind)} <Made kpis={taken} kind={kind} /></Fragment>)}</span>}
      </td>
    </tr>
  );
}

/** How full the belt before a machine is, by its own sensor; nothing where the plant code names none. */
function BeltLevel({ line, after }: { line: Equipment; after: Equipment }) {
  const say = useWords(words);
  const reader = useReader();
  const belt = line.buffers[after.path.split("/").at(-1) ?? ""];
  const level = useTagNow(after.id, belt?.level);
  if (!belt || !level) return null;
  const n = level.value === null ? NOTHING : formatNumber(level.value, reader.language);
  return (
    <tr className={css.bufferRow}>
      <td colSpan={COLUMNS.length}>
        <Go to={tagOf(level.tagId)} className={`live ${css.belt}`} testid={`level-${after.path}`}>
          {belt.capacity !== null && <meter className={css.meter} min={0} max={belt.capacity} value={level.value ?? 0} aria-hidden="true" />}
          {belt.capacity === null ? say("level", { n, machine: after.name }) : say("levelOf", { n, capacity: formatNumber(belt.capacity, reader.language), machine: after.name })}
        </Go>
      </td>
    </tr>
  );
}

export function Machines({ line, units }: { line: Equipment; units: readonly Equipment[] }) {
  const say = useWords(words);
  const jobs = useKnownJobs(line.id);
  const rows = units.flatMap((unit, i) => {
    const before = units[i - 1];
    const machine = <Machine key={unit.id} unit={unit} isConstraint={line.constraint !== null && unit.path === `${line.path}/${line.constraint}`} jobs={jobs?.filter((job) => job.equipment_id === unit.id)} />;
    return before ? [<Buffer key={`buffer ${unit.id}`} before={before} after={unit} />, <BeltLevel key={`level ${unit.id}`} line={line} after={unit} />, machine] : [machine];
  });
  return (
    <div className={css.box} tabIndex={0} role="region" aria-label={say("machines")}>
      <table className={css.table}>
        <thead><tr>{COLUMNS.map((key) => <th key={key} scope="col" className={NUMBERS.has(key) ? css.right : undefined}>{say(key)}</th>)}</tr></thead>
        <tbody>{rows}</tbody>
      </table>
    </div>
  );
}
