// What moved the open figure since a moment of knowledge: who, when, why, and by how much.
import { Button, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { diffQuery } from "@/api/queries";
import type { KpiChange } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import css from "@/explain/changed.module.css";
import { kpiOf, type Question } from "@/explain/open";
import { useChangesTable } from "@/explain/tables";
import { changeWords } from "@/explain/words";
import { Give } from "@/giving/give";
import { words as countWords } from "@/kpi/words";
import { daysEarlier, formatDuration, formatNumber, momentOfWall, wallOf } from "@/show/format";
import { Ratio, useZone, When } from "@/show/show";
import { useReasonName } from "@/states/names";
import { useSearchText } from "@/view/search";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const SEEN = 0.001;
const SINCE = ["yesterday", "week", "moment"] as const;
type Since = (typeof SINCE)[number] | "correction";

/** Shares of a ratio in points, always with their sign. */
function Points({ value }: { value: number | null }) {
  const say = useWords(changeWords);
  const language = useLanguage();
  if (value === null) return <span className="num">–</span>;
  const n = 100 * value;
  const shown = formatNumber(Math.abs(n), language, Math.abs(n) < 0.1 && n !== 0 ? 3 : 1);
  return <span className="num">{say("points", { n: `${n < 0 ? "−" : "+"}${shown}` })}</span>;
}

function Moved({ change }: { change: KpiChange }) {
  const say = useWords(changeWords);
  const language = useLanguage();
  const parts = change.moves.map((one) => `${one.cls_before} → ${one.cls_after} ${formatDuration(one.us, language)}`);
  for (const [kind, n] of Object.entries(change.pieces)) parts.push(`${n > 0 ? "+" : "−"}${formatNumber(Math.abs(n), language)} ${wordFor(countWords, language, kind)}`);
  if (parts.length === 0 && change.ideal_us !== 0) parts.push(say("rate", { us: `${change.ideal_us > 0 ? "+" : "−"}${formatDuration(Math.abs(change.ideal_us), language)}` }));
  return parts.length > 0 && <span className={css.under}>{parts.join(" · ")}</span>;
}

function Row({ change }: { change: KpiChange }) {
  const say = useWords(changeWords);
  const language = useLanguage();
  const reasonName = useReasonName();
  const { reason, state, comment } = change.said;
  const said = [typeof reason === "string" ? reasonName(reason) : null, state, comment].filter((word) => typeof word === "string" && word !== "").join(" · ");
  return (
    <li className={css.row} data-testid="diff-change" data-kind={change.kind}>
      <span className={css.words}>
        <span className={css.what}>{wordFor(changeWords, language, change.kind)}{said !== "" && `: ${said}`}{change.steps > 1 && <span className="quiet"> {say("steps", { n: change.steps })}</span>}</span>
        <span className={css.under}>{change.by !== null && `${change.by} · `}<When at={change.at} as="full" /></span>
        {change.why !== null && <q className={css.under}>{change.why}</q>}
        <Moved change={change} />
        {change.equipment.length > 0 && <span className={css.under}>{change.equipment.slice(0, 3).join(", ")}{change.equipment.length > 3 && " …"}</span>}
      </span>
      <span className={css.share}><Points value={change.contribution} /></span>
    </li>
  );
}

/** The steps that moved a figure, the oldest first. */
export function ChangeList({ changes }: { changes: readonly KpiChange[] }) {
  return <ol className={css.list}>{changes.map((change) => <Row key={`${change.known} ${change.kind}`} change={change} />)}</ol>;
}

function Answer({ question, sinceMs }: { question: Question; sinceMs: number }) {
  const say = useWords(changeWords);
  const { map } = useEquipment();
  const tableOf = useChangesTable();
  const at = { equipment_id: question.equipmentId, start: question.start, end: question.end, known_from: new Date(sinceMs).toISOString() };
  const answer = useInfiniteQuery(diffQuery(kpiOf(question), at));
  const first = answer.data?.pages[0];
  if (answer.error) return <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />;
  if (!first) return <Waiting lines={3} />;
  const changes = (answer.data?.pages ?? []).flatMap((page) => page.changes);
  const digits = Math.abs(first.difference ?? 1) < SEEN ? 3 : 1; // two that differ are not written as the same number
  return (
    <>
      <p className={css.figures} data-testid="diff-figures">
        <span><small>{say("before")}</small> <Ratio value={first.before} digits={digits} /></span>
        <span aria-hidden="true">→</span>
        <span><small>{say("after")}</small> <Ratio value={first.after} digits={digits} /></span>
        <strong data-testid="diff-difference"><Points value={first.difference} /></strong>
      </p>
      {first.partial && <p className="quiet">{say("settling")}</p>}
      {changes.length === 0 ? <Empty compact title={say("nothing")} /> : <ChangeList changes={changes} />}
      {changes.length > 0 && <div className={css.give}><Give of={{ here: map.byId(question.equipmentId) ?? null, start: question.start, end: question.end, readMs: answer.dataUpdatedAt }} table={() => tableOf(changes)} /></div>}
      {answer.hasNextPage && <Button variant="default" loading={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>{say("more")}</Button>}
    </>
  );
}

export function Changed({ question }: { question: Question }) {
  const say = useWords(changeWords);
  const zone = useZone();
  const [openedMs] = useState(() => Date.now());
  const correctedMs = Date.parse(useSearchText()["since"] ?? "");
  const offered: Since[] = [...(Number.isFinite(correctedMs) ? (["correction"] as const) : []), ...SINCE];
  const [chosen, setSince] = useState<Since>(offered[0] ?? "yesterday");
  const since = offered.includes(chosen) ? chosen : "yesterday";
  const [wall, setWall] = useState(() => wallOf(daysEarlier(openedMs, 1, zone), zone));
  const moments = { yesterday: daysEarlier(openedMs, 1, zone), week: daysEarlier(openedMs, 7, zone), correction: correctedMs, moment: momentOfWall(wall, zone) };
  const sinceMs = moments[since];
  return (
    <section className={css.changed} data-testid="explain-diff">
      <h3>{say("title")}</h3>
      <SegmentedControl size="xs" fullWidth value={since} onChange={(value) => setSince(value as Since)} data={offered.map((value) => ({ value, label: say(value) }))} aria-label={say("title")} data-testid="diff-since" />
      {since === "moment" && <input type="datetime-local" className={css.input} value={wall} onChange={(event) => setWall(event.currentTarget.value)} aria-label={say("at")} data-testid="diff-moment" />}
      {Number.isFinite(sinceMs) && <Answer key={sinceMs} question={question} sinceMs={sinceMs} />}
    </section>
  );
}
