// How planned pieces come about: planned minutes times the rate that held, part by part, and what became of them so far.
import { useQuery } from "@tanstack/react-query";
import { planQuery } from "@/api/queries";
import type { Plan, PlanPart } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Icon } from "@/design/icons";
import { ProblemNotice, Waiting } from "@/design/notice";
import css from "@/explain/explain.module.css";
import { Frame } from "@/explain/frame";
import type { Question } from "@/explain/open";
import { Opens } from "@/explain/opens";
import { planWords } from "@/explain/plan-words";
import { words } from "@/explain/words";
import { useKnown } from "@/knowing/known";
import { useProductName } from "@/jobs/jobs";
import { useLiveKpi } from "@/kpi/current-shift";
import { paceWords } from "@/kpi/pace-words";
import { formatMeasured, formatMoment, formatNumber } from "@/show/format";
import { Num, useReader } from "@/show/show";
import { useWords } from "@/words/words";

const MINUTE_US = 60e6;

function Part({ part }: { part: PlanPart }) {
  const say = useWords(planWords);
  const reader = useReader();
  const productName = useProductName();
  const [start, end] = [part.start, part.end].map((at) => formatMoment(Date.parse(at), "time", reader));
  const ran = part.products.map(productName).join(", ");
  const minutes = formatNumber(part.busy_us / MINUTE_US, reader.language, part.busy_us % MINUTE_US ? 2 : 0);
  const how = part.busy_us === 0 ? say("notPlanned") : part.rate_upm === null ? say("noRate", { minutes }) : say("times", { minutes, rate: formatMeasured(part.rate_upm, reader.language) });
  return (
    <li className={css.planPart} data-testid="plan-part" data-ahead={part.ahead}>
      <span className={css.stepWords}><span className={css.stepLabel}>{[`${start} – ${end}`, ran || (part.ahead ? say("ahead") : "")].filter(Boolean).join(" · ")}</span><span className={css.under}>{how}</span></span>
      <span className={css.stepValue} data-testid="plan-pieces"><Num value={part.pieces} digits={part.pieces !== null && part.pieces % 1 ? 1 : 0} /></span>
    </li>
  );
}

/** What was due in known time, what was made, and how far they are apart. */
function SoFar({ plan }: { plan: Plan }) {
  const say = useWords(planWords);
  const reader = useReader();
  if (plan.due === null && plan.good === null) return null;
  const good = { key: "quality_ratio/good", equipmentId: plan.equipment_id, start: plan.start, end: plan.until };
  const at = formatMoment(Date.parse(plan.until), "second", reader);
  const rows = [
    ["good", <Opens key="good" question={plan.good === null ? null : good}><Num value={plan.good} /></Opens>],
    ["due", <Num key="due" value={plan.due} />],
    ["difference", <strong key="difference">{plan.difference !== null && plan.difference < 0 && "−"}<Num value={plan.difference === null ? null : Math.abs(plan.difference)} /></strong>],
  ] as const;
  return (
    <section className={css.steps} data-testid="plan-so-far">
      <h3>{say("soFar", { time: at })}</h3>
      {rows.map(([key, value]) => <div key={key} className={css.planPart} data-testid={`plan-${key}`}><span className={css.stepWords}><span className={css.stepLabel}>{say(key)}</span>{key !== "good" && <span className={css.under}>{say(`${key}Hint`)}</span>}</span><span className={css.stepValue}>{value}</span></div>)}
      <Projected plan={plan} />
    </section>
  );
}

/** Where the running shift will end, if it goes on as it did. */
function Projected({ plan }: { plan: Plan }) {
  const say = useWords(planWords);
  const sayPace = useWords(paceWords);
  const { language } = useReader();
  const live = useLiveKpi(plan.equipment_id);
  if (!live || live.start !== plan.start || live.end !== plan.end || live.pace.projected === null || live.pace.basis === null) return null;
  const [good, known, rest, due] = [plan.good, plan.good_known, plan.rest, plan.due].map((n) => formatNumber(n, language)) as [string, string, string, string];
  return (
    <div className={css.planPart} data-testid="plan-projected">
      <span className={css.stepWords}><span className={css.stepLabel}>{say("projected")}</span><span className={css.under}>{live.pace.basis === "plan" ? say("projectedPlan", { good, known, rest, due }) : sayPace(live.pace.basis)}</span></span>
      <span className={css.stepValue}><Num value={live.pace.projected} /></span>
    </div>
  );
}

export function PlanPanel({ question }: { question: Question }) {
  const say = useWords(planWords);
  const sayStep = useWords(words);
  const { map } = useEquipment();
  const { data, error, isPending, refetch } = useQuery(planQuery(question.equipmentId, { start: question.start, end: question.end, ...useKnown() }));
  return (
    <Frame question={question}>
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {isPending && <Waiting lines={6} />}
      {data && (
        <>
          <section className={css.open} data-testid="explain-open" data-kind="plan">
            <h3 className={css.openTitle}>{say("planned")}</h3>
            <p className={css.openValue} data-testid="explain-value"><Num value={data.planned} /></p>
            <p className={css.formula}><span>{sayStep("formula")}</span><code>{say("formula")}</code></p>
            <p className={css.endNote}>{say("whose", { unit: map.byId(data.unit_id)?.name ?? "" })}</p>
            {data.hints.map((hint) => <p key={hint} className={css.endNote}><Icon name="info" size={16} /> {hint}</p>)}
          </section>
          <section className={css.steps}><h3>{sayStep("children")}</h3><ol className={css.plan}>{data.parts.map((part) => <Part key={part.start} part={part} />)}</ol></section>
          <SoFar plan={data} />
        </>
      )}
    </Frame>
  );
}
