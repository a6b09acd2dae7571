// The explanation of a number, at the right for as long as the address says so: from the figure down to the PLC address.
import { Button, CopyButton } from "@mantine/core";
import { useInfiniteQuery, useQueries, type UseInfiniteQueryResult } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { get } from "@/api/client";
import { explainQuery } from "@/api/queries";
import type { ExplainNode } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Changed } from "@/explain/changed";
import { Conventions } from "@/explain/conventions";
import css from "@/explain/explain.module.css";
import { Facts } from "@/explain/facts";
import { keysTo, kpiOf, type Question, useAsk, useQuestion } from "@/explain/open";
import { Steps } from "@/explain/steps";
import { useExact, useValueText } from "@/explain/exact";
import { lookIn, useKindName, useStepLabel } from "@/explain/value";
import { words } from "@/explain/words";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { StateSign } from "@/states/sign";
import { useChangeSearch } from "@/view/search";
import { useWords } from "@/words/words";

const spanOf = (question: Question, path: string) => ({ equipment_id: question.equipmentId, start: question.start, end: question.end, path });

function Head({ question, onClose }: { question: Question; onClose: () => void }) {
  const say = useWords(words);
  const reader = useReader();
  const exact = useExact();
  const change = useChangeSearch();
  const { map } = useEquipment();
  const name = map.byId(question.equipmentId)?.name ?? "";
  const [start, end] = [question.start, question.end].map((at) => formatMoment(Date.parse(at), "full", reader)) as [string, string];
  return (
    <header className={css.head}>
      <div className={css.headWords}>
        <h2>{say("title")}</h2>
        <span className={css.under}>{say("of", { name, start, end })}</span>
      </div>
      <button type="button" className={css.exact} aria-pressed={exact} onClick={() => change({ exact: exact ? null : "1" }, "replace")} title={say("exactHint")} data-testid="explain-exact">{say("exact")}</button>
      <CopyButton value={location.href}>
        {({ copied, copy }) => (
          <button type="button" className={css.tool} onClick={copy} aria-label={say(copied ? "copied" : "copy")} title={say(copied ? "copied" : "copy")} data-testid="explain-copy"><Icon name={copied ? "check" : "link"} /></button>
        )}
      </CopyButton>
      <button type="button" className={css.tool} onClick={onClose} aria-label={say("close")} data-testid="explain-close"><Icon name="close" /></button>
    </header>
  );
}

/** The steps above the open one, each with its value; asked for one by one when a link leads deep. */
function Way({ question, onOpen }: { question: Question; onOpen: (key: string) => void }) {
  const say = useWords(words);
  const text = useValueText();
  const label = useStepLabel();
  const keys = keysTo(question.key).slice(0, -1);
  const found = useQueries({
    queries: keys.map((key) => ({
      queryKey: ["explain-step", question.equipmentId, question.start, question.end, key],
      queryFn: ({ signal }: { signal: AbortSignal }) => get<ExplainNode>(`/kpis/${kpiOf(question)}/explain`, spanOf(question, key), signal),
      staleTime: 60_000,
    })),
  });
  if (keys.length === 0) return null;
  return (
    <nav aria-label={say("path")}>
      <ol className={css.way} data-testid="explain-path">
        {keys.map((key, i) => {
          const node = found[i]?.data;
          return (
            <li key={key}>
              <button type="button" className={css.wayStep} onClick={() => onOpen(key)} data-testid="explain-crumb">
                <span className={css.wayLabel}>{node ? label(node) : "…"}</span>
                <span className={css.stepValue}>{node ? text(node) : ""}</span>
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

function Open({ node }: { node: ExplainNode }) {
  const say = useWords(words);
  const text = useValueText();
  const kindName = useKindName();
  const label = useStepLabel()(node);
  const look = lookIn(node);
  return (
    <section className={css.open} data-testid="explain-open" data-kind={node.kind} data-key={node.key}>
      <span className={css.kind}>{kindName(node.kind)}</span>
      <h3 className={node.kind === "sample" || node.kind === "address" ? css.codeTitle : css.openTitle}>
        {look && <StateSign sign={look.sign} tone={look.tone} size={20} />}
        {label}
      </h3>
      <p className={css.openValue} data-testid="explain-value">{text(node)}</p>
      {node.kind === "address" && <p className={css.endNote}>{say("end")}</p>}
      {node.formula && <p className={css.formula}><span>{say("formula")}</span><code data-testid="explain-formula">{node.formula}</code></p>}
      {node.convention && <p className={css.formula}><span>{say("convention")}</span><code data-testid="explain-convention">{node.convention}</code></p>}
      <Facts node={node} />
    </section>
  );
}

function Below({ answer, onOpen }: { answer: UseInfiniteQueryResult<{ pages: ExplainNode[] }>; onOpen: (key: string) => void }) {
  const say = useWords(words);
  const pages = answer.data?.pages ?? [];
  const nodes = pages.flatMap((page) => page.children);
  if (nodes.length === 0 && ["address", "job-response", "count-entry", "timeline-edit"].includes(pages[0]?.kind ?? "")) return null;
  if (nodes.length === 0) return <Empty compact title={say("none")} hint={pages[0]?.kind === "column" ? say("noneHint") : undefined} />;
  return (
    <>
      <Steps nodes={nodes} heading={say("children")} onOpen={(node) => onOpen(node.key)} />
      {answer.hasNextPage && <div className={css.more}><Button variant="default" loading={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()} data-testid="explain-more">{say("more")}</Button></div>}
    </>
  );
}

function Panel({ question }: { question: Question }) {
  const say = useWords(words);
  const ask = useAsk();
  const panel = useRef<HTMLElement>(null);
  const answer = useInfiniteQuery(explainQuery(kpiOf(question), spanOf(question, question.key)));
  const open = (key: string) => ask({ ...question, key });
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus();
    return () => { if (before instanceof HTMLElement && before.isConnected) before.focus(); };
  }, []);
  useEffect(() => {
    if (!panel.current?.contains(document.activeElement)) panel.current?.focus(); // the step that was pressed is gone
  }, [question.key]);
  const press = (event: KeyboardEvent) => { if (event.key === "Escape") ask(null); };
  const node = answer.data?.pages[0];
  return (
    <aside ref={panel} className={css.panel} tabIndex={-1} aria-label={say("title")} onKeyDown={press} data-testid="explain">
      <Head question={question} onClose={() => ask(null)} />
      <div className={css.scroll}>
        <Way question={question} onOpen={open} />
        {answer.error && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
        {answer.isPending && <Waiting lines={6} />}
        {node && <Open node={node} />}
        {node && <Below answer={answer} onOpen={open} />}
        {node && node.key === "oee_index" && <Conventions question={question} />}
        {node && node.key === kpiOf(question) && <Changed question={question} />}
      </div>
    </aside>
  );
}

export function Explain() {
  const question = useQuestion();
  const identity = question && `${kpiOf(question)} ${question.equipmentId} ${question.start} ${question.end}`;
  return question && <Panel key={identity} question={question} />;
}
