// The explanation of a number, at the right for as long as the address says so: from the figure down to the PLC address.
import { Button } from "@mantine/core";
import { useInfiniteQuery, useQueries, type UseInfiniteQueryResult } from "@tanstack/react-query";
import { get } from "@/api/client";
import { explainPath, explainQuery } from "@/api/queries";
import type { ExplainNode } from "@/api/types";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Changed } from "@/explain/changed";
import { Conventions } from "@/explain/conventions";
import css from "@/explain/explain.module.css";
import { useValueText } from "@/explain/exact";
import { Facts } from "@/explain/facts";
import { useFormula } from "@/explain/formulas";
import { Frame } from "@/explain/frame";
import { isPlan, keysTo, kpiOf, type Question, useAsk, useQuestion } from "@/explain/open";
import { PlanPanel } from "@/explain/plan";
import { Steps } from "@/explain/steps";
import { lookIn, useKindName, useStepLabel } from "@/explain/value";
import { words } from "@/explain/words";
import { StateSign } from "@/states/sign";
import { useSearchText } from "@/view/search";
import { useWords } from "@/words/words";

const spanOf = (question: Question, path: string) => ({ equipment_id: question.equipmentId, start: question.start, end: question.end, path, as_of: question.asOf ?? null, unsigned: question.unsigned ? ("true" as const) : null });

/** The steps above the open one, each with its value; asked for one by one when a link leads deep. */
function Way({ question, onOpen }: { question: Question; onOpen: (key: string) => void }) {
  const say = useWords(words);
  const text = useValueText();
  const label = useStepLabel();
  const keys = keysTo(question.key).slice(0, -1);
  const found = useQueries({
    queries: keys.map((key) => ({
      queryKey: ["explain-step", question.equipmentId, question.start, question.end, question.asOf, question.unsigned, key],
      queryFn: ({ signal }: { signal: AbortSignal }) => get<ExplainNode>(explainPath(kpiOf(question)), spanOf(question, key), signal),
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
  const formulaOf = useFormula();
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
      {node.formula && <p className={css.formula}><span>{say("formula")}</span><code data-testid="explain-formula">{formulaOf(node.formula)}</code></p>}
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
  const ask = useAsk();
  const answer = useInfiniteQuery(explainQuery(kpiOf(question), spanOf(question, question.key)));
  const open = (key: string) => ask({ ...question, key });
  const node = answer.data?.pages[0];
  const changed = node?.kind === "kpi" && node.key === kpiOf(question) && !question.asOf && !question.unsigned;
  const corrected = useSearchText()["since"] !== undefined; // whoever comes from a correction asks first what it moved
  return (
    <Frame question={question} exactness>
      <Way question={question} onOpen={open} />
      {answer.error && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Waiting lines={6} />}
      {node && <Open node={node} />}
      {changed && corrected && <Changed question={question} />}
      {node && <Below answer={answer} onOpen={open} />}
      {node && node.key === "oee_index" && !question.asOf && !question.unsigned && <Conventions question={question} />}
      {changed && !corrected && <Changed question={question} />}
    </Frame>
  );
}

export function Explain() {
  const question = useQuestion();
  const identity = question && `${kpiOf(question)} ${question.equipmentId} ${question.start} ${question.end} ${question.unsigned ?? question.asOf ?? ""}`;
  return question && (isPlan(question) ? <PlanPanel key={identity} question={question} /> : <Panel key={identity} question={question} />);
}
