// The steps of an explanation: the way down to where you are, and what this step is made of.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import type { ExplainNode } from "@/api/types";
import { Icon } from "@/design/icons";
import css from "@/explain/explain.module.css";
import { useValueText } from "@/explain/exact";
import { useFormula } from "@/explain/formulas";
import { lookIn, useKindName, useStepLabel } from "@/explain/value";
import { formatDuration, formatNumber } from "@/show/format";
import { Num, When } from "@/show/show";
import { StateSign } from "@/states/sign";
import { useLanguage } from "@/words/language";

const ROW_PX = 52;
const VIRTUAL_FROM = 60;

function Under({ node }: { node: ExplainNode }) {
  const kindName = useKindName();
  const language = useLanguage();
  const formulaOf = useFormula();
  const { start, ts, quality_name: quality, moved_us: movedUs, cls_before: was, cls_after: now, pieces_since: since } = node.detail;
  const moment = start ?? ts;
  return (
    <span className={css.under}>
      {kindName(node.kind)}
      {typeof moment === "string" && <>{" · "}<When at={moment} as="full" /></>}
      {typeof quality === "string" && ` · ${quality}`}
      {typeof since === "number" && since > 0 && <>{" · "}<strong data-testid="pieces-since">+{formatNumber(since, language)}</strong></>}
      {typeof movedUs === "number" && ` · ${[was, now].map((classes) => [classes].flat().join(", ")).join(" → ")} ${formatDuration(movedUs, language)}`}
      {node.kind === "kpi" && node.formula && ` · ${formulaOf(node.formula)}`}
    </span>
  );
}

export function Step({ node, onOpen }: { node: ExplainNode; onOpen: () => void }) {
  const label = useStepLabel()(node);
  const look = lookIn(node);
  const value = useValueText()(node);
  return (
    <button type="button" className={css.step} onClick={onOpen} data-testid="explain-node" data-kind={node.kind} data-key={node.key}>
      {look && <StateSign sign={look.sign} tone={look.tone} />}
      <span className={css.stepWords}>
        <span className={node.kind === "sample" || node.kind === "address" ? css.code : css.stepLabel}>{label}</span>
        <Under node={node} />
      </span>
      <span className={css.stepValue}>{value}</span>
      <Icon name="chevron" size={16} />
    </button>
  );
}

function ManySteps({ nodes, onOpen }: { nodes: readonly ExplainNode[]; onOpen: (node: ExplainNode) => void }) {
  const list = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: nodes.length, getScrollElement: () => list.current, estimateSize: () => ROW_PX, overscan: 6 });
  return (
    <div ref={list} className={css.many} data-testid="explain-many">
      <div className={css.runway} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const node = nodes[index];
          return node && <div key={node.key} className={css.placed} style={{ transform: `translateY(${start}px)` }}><Step node={node} onOpen={() => onOpen(node)} /></div>;
        })}
      </div>
    </div>
  );
}

export function Steps({ nodes, onOpen, heading }: { nodes: readonly ExplainNode[]; onOpen: (node: ExplainNode) => void; heading: string }) {
  return (
    <section className={css.steps}>
      <h3>{heading} <span className="quiet" data-testid="explain-count"><Num value={nodes.length} /></span></h3>
      {nodes.length > VIRTUAL_FROM ? <ManySteps nodes={nodes} onOpen={onOpen} /> : nodes.map((node) => <Step key={node.key} node={node} onOpen={() => onOpen(node)} />)}
    </section>
  );
}
