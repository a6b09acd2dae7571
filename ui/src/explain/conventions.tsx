// OEE of the same period by other definitions, and which rule makes which difference.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { conventionsQuery } from "@/api/queries";
import type { Convention, ConventionStep } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { ProblemNotice, Waiting } from "@/design/notice";
import css from "@/explain/conventions.module.css";
import { useFormula } from "@/explain/formulas";
import type { Question } from "@/explain/open";
import { useConventionTable } from "@/explain/tables";
import { conventionWords } from "@/explain/words";
import { Give } from "@/giving/give";
import { formatDuration, formatNumber } from "@/show/format";
import { Ratio } from "@/show/show";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const FACTORS = ["availability", "performance", "quality"] as const;

/** How far from ISO, in points; nothing where it is the same number. */
function Gap({ value }: { value: number | null }) {
  const say = useWords(conventionWords);
  const language = useLanguage();
  if (value === null) return null;
  const shown = formatNumber(Math.abs(100 * value), language, 1);
  return <span className={css.gap} data-testid="convention-gap">{Math.abs(value) < 0.0005 ? say("same") : say("points", { n: `${value < 0 ? "−" : "+"}${shown}` })}</span>;
}

function Step({ step }: { step: ConventionStep }) {
  const say = useWords(conventionWords);
  const language = useLanguage();
  const moved = step.us !== null ? `${formatDuration(step.us, language)}: ` : step.pieces !== null ? `${say("pieces", { n: formatNumber(step.pieces, language) })}: ` : "";
  return (
    <li data-testid="convention-step" data-key={step.key}>
      <span>{moved}{wordFor(conventionWords, language, `${step.key}Step`)}</span>
      <span className={css.after}>{say("then")} <Ratio value={step.availability} /> · <Ratio value={step.performance} /> · <Ratio value={step.quality} /> = <Ratio value={step.oee} /></span>
    </li>
  );
}

function Definition({ found, isShown }: { found: Convention; isShown: boolean }) {
  const say = useWords(conventionWords);
  const formulaOf = useFormula();
  return (
    <details className={css.definition} open={isShown} data-testid={`convention-${found.id}`}>
      <summary>
        <span className={css.name}>{found.name}{isShown && <span className={css.shown}>{say("shown")}</span>}</span>
        <span className={css.oee}><Ratio value={found.oee} /></span>
        <span className={css.factors}>{FACTORS.map((name) => <span key={name}>{say(name)} <Ratio value={found[name]} /></span>)}</span>
        {found.id !== "iso22400" && <Gap value={found.difference} />}
      </summary>
      <dl className={css.formulas}>{FACTORS.map((name) => <div key={name}><dt>{say(name)}</dt><dd><code>{formulaOf(found.formulas[name])}</code></dd></div>)}
        {Object.entries(found.more).map(([name, value]) => <div key={name}><dt>{name}</dt><dd><Ratio value={value} /></dd></div>)}
      </dl>
      {found.steps.length > 0 && <ol className={css.list}>{found.steps.map((step) => <Step key={step.key} step={step} />)}</ol>}
    </details>
  );
}

function Answer({ question }: { question: Question }) {
  const say = useWords(conventionWords);
  const { map } = useEquipment();
  const tableOf = useConventionTable();
  const answer = useQuery(conventionsQuery(question.equipmentId, { start: question.start, end: question.end }));
  if (answer.error) return <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />;
  if (!answer.data) return <Waiting lines={5} />;
  const { conventions, shown, short_stops: stops, short_stop_max_s: longest } = answer.data;
  return (
    <>
      <div className={css.give}><Give of={{ here: map.byId(question.equipmentId) ?? null, start: answer.data.start, end: answer.data.until, readMs: answer.dataUpdatedAt }} table={() => tableOf(answer.data)} /></div>
      {conventions.map((one) => <Definition key={one.id} found={one} isShown={one.id === shown} />)}
      <p className={css.note}>{say("shortStops", { n: stops, s: longest })}</p>
    </>
  );
}

export function Conventions({ question }: { question: Question }) {
  const say = useWords(conventionWords);
  const [isOpen, setOpen] = useState(false);
  return (
    <section className={css.conventions} aria-label={say("title")} data-testid="conventions">
      <Button variant="default" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} data-testid="conventions-open">{say("title")}</Button>
      {isOpen && <Answer question={question} />}
    </section>
  );
}
