// The figures of a line's running shift in one row: OEE and its factors, pieces, how much was observed.
import type { Equipment, Kpis } from "@/api/types";
import { Icon } from "@/design/icons";
import { Coverage, Figure } from "@/kpi/figure";
import css from "@/kpi/shift-figures.module.css";
import { Made } from "@/kpi/untold";
import { words } from "@/kpi/words";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { useWords } from "@/words/words";

const FACTORS = ["availability", "effectiveness", "quality_ratio"] as const;

export function ShiftName({ kpis }: { kpis: Kpis | undefined }) {
  const say = useWords(words);
  const reader = useReader();
  const shift = kpis?.shift;
  const [start, end] = [shift?.start, shift?.end].map((at) => formatMoment(Date.parse(at ?? ""), "time", reader)) as [string, string];
  return <span className="quiet" data-testid="shift">{kpis ? (shift ? say("shiftSpan", { name: shift.name, start, end }) : say("noShift")) : "\u00a0"}</span>;
}

/** A site or an area has no shift of its own: its figures begin with the shifts that run below it. */
export function Since({ kpis }: { kpis: Kpis | undefined }) {
  const say = useWords(words);
  const reader = useReader();
  return <span className="quiet" data-testid="since">{kpis ? say("since", { start: formatMoment(Date.parse(kpis.start), "minute", reader) }) : "\u00a0"}</span>;
}

function Figures({ kpis }: { kpis: Kpis | undefined }) {
  const say = useWords(words);
  return (
    <div className={`live ${css.figures}`} data-testid="shift-figures">
      <Figure kpi="oee_index" kpis={kpis} size="large" />
      {FACTORS.map((kpi) => <Figure key={kpi} kpi={kpi} kpis={kpis} />)}
      <span className={css.rule} />
      {(["good", "scrap"] as const).map((kind) => <div key={kind} className={css.cell} data-testid={`shift-${kind}`}><span className={css.label}>{say(kind)}</span><span className={css.number}><Made kpis={kpis} kind={kind} /></span></div>)}
      <Coverage kpis={kpis} />
    </div>
  );
}

/** A line without a constraint that is not summed over its units has no figures of its own; it says what to configure. */
export function ShiftFigures({ line, kpis }: { line: Equipment; kpis: Kpis | undefined }) {
  const say = useWords(words);
  const isLine = line.level === "ProductionLine" || line.flow.length > 0;
  if (!isLine || line.constraint || line.line === "aggregate") return <Figures kpis={kpis} />;
  return (
    <p className={css.none} data-testid="no-figures">
      <Icon name="info" size={20} />
      <span><strong>{say("noConstraint")}</strong>{say("noConstraintHint")}</span>
    </p>
  );
}
