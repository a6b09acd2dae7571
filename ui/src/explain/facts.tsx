// The facts beside a step: what a reader needs to compute it again.
import type { CausePiece, ExplainNode } from "@/api/types";
import { TrailSteps } from "@/causes/trail";
import { exactNumber, useExact } from "@/explain/exact";
import css from "@/explain/explain.module.css";
import { PER_US } from "@/explain/value";
import { factWords, rateWords, readingWords, words } from "@/explain/words";
import { whyWords, words as kpiText } from "@/kpi/words";
import { Lasting, Num, When } from "@/show/show";
import { useReasonName, useStateName } from "@/states/names";
import { connectionOf, Go, tagOf } from "@/view/place";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const MOMENTS = new Set(["rate_since", "rate_until", "rate_said", "start", "end", "ts", "ts_device", "earliest", "latest"]);
const CODES = new Set(["rate_at", "address", "endpoint", "tag", "connection", "shift_id", "measure", "path"]);
const HIDDEN = new Set(["unit_id", "role", "inputs", "jobs", "tag_id", "quality", "equipment_id", "pieces", "sub_ns"]);
const UNITS: Readonly<Record<string, string>> = { _us: "us", _ns: "ns" };

const AROUND_MS = 15 * 60_000;
/** The tag and what it did around the moment that counts here. */
function TagFact({ path, tagId, at }: { path: string; tagId: number; at: unknown }) {
  const say = useWords(words);
  const ms = Date.parse(String(at));
  const moment = (by: number) => new Date(ms + by).toISOString();
  const search: Record<string, string> = Number.isNaN(ms) ? { pens: String(tagId) } : { pens: String(tagId), start: moment(-AROUND_MS), end: moment(AROUND_MS), a: moment(0) };
  return <><Go to={tagOf(tagId)} className="link mono" testid="explain-tag">{path}</Go> <Go to="/trends" search={search} className="link" testid="explain-trend">{say("trend")}</Go></>;
}

interface FactProps { name: string; value: unknown; detail: ExplainNode["detail"] }
function Fact({ name, value, detail }: FactProps) {
  const language = useLanguage();
  const exact = useExact();
  const stateName = useStateName();
  const reasonName = useReasonName();
  const unit = UNITS[name.slice(-3)] ?? (name.endsWith("_s") ? "s" : "");
  if (MOMENTS.has(name)) return exact ? <span className="mono">{String(value)}</span> : <When at={String(value)} as="exact" />; // to the microsecond, so that a difference can be had
  if (typeof value === "number" && exact) return <span className="num">{exactNumber(value, unit, language)}</span>;
  if (typeof value === "number" && unit) return <Lasting us={value * (PER_US[unit] ?? 1)} />;
  if (typeof value === "number") return <Num value={value} measured />;
  const tagId = detail["tag_id"];
  if (name === "tag" && typeof tagId === "number") return <TagFact path={String(value)} tagId={tagId} at={detail["ts"] ?? detail["start"]} />;
  if (name === "connection") return <Go to={connectionOf(String(value))} className="link mono">{String(value)}</Go>;
  if (typeof value === "boolean") return wordFor(factWords, language, value ? "yes" : "no");
  if (name === "state") return stateName(String(value));
  if (name === "rate_from" || name === "rate_how") return wordFor(rateWords, language, String(value));
  if (name === "reading") return wordFor(readingWords, language, String(value));
  if (name === "reason") return reasonName(String(value));
  if (name === "no_value") return wordFor(whyWords, language, String(value));
  if (name === "trail") return <TrailSteps trail={value as CausePiece["trail"]} />;
  if (name === "untold") return (value as string[]).map((kind) => wordFor(kpiText, language, kind)).join(", ");
  const shown = Array.isArray(value) ? value.join(", ") : String(value);
  return CODES.has(name) ? <span className="mono">{shown}</span> : shown;
}

const telling = (value: unknown) => value !== null && value !== undefined && value !== "" && (typeof value !== "object" || Array.isArray(value));

export function Facts({ node }: { node: ExplainNode }) {
  const say = useWords(words);
  const language = useLanguage();
  const facts = Object.entries(node.detail).filter(([name, value]) => !HIDDEN.has(name) && telling(value) && value !== false);
  if (facts.length === 0) return null;
  return (
    <dl className={css.facts} aria-label={say("facts")} data-testid="explain-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{wordFor(factWords, language, name)}</dt>
          <dd data-testid={`fact-${name}`}><Fact name={name} value={value} detail={node.detail} /></dd>
        </div>
      ))}
    </dl>
  );
}
