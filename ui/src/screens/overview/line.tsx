// A line: its own figures of this shift, and its work units in flow order.
import type { EquipmentMap } from "@/app/equipment";
import type { Equipment, Kpis } from "@/api/types";
import { Icon } from "@/design/icons";
import { Coverage, Figure } from "@/kpi/figure";
import { useCurrentShift } from "@/kpi/current-shift";
import { words as kpiText } from "@/kpi/words";
import css from "@/screens/overview/overview.module.css";
import { LineHistory } from "@/screens/overview/line-history";
import { Tile } from "@/screens/overview/tile";
import { words } from "@/screens/overview/words";
import { formatMoment } from "@/show/format";
import { Num, useReader } from "@/show/show";
import { Go, overviewOf } from "@/view/place";
import { useWords } from "@/words/words";

const FACTORS = ["availability", "effectiveness", "quality_ratio"] as const;

function ShiftName({ kpis }: { kpis: Kpis | undefined }) {
  const say = useWords(words);
  const reader = useReader();
  const shift = kpis?.shift;
  const [start, end] = [shift?.start, shift?.end].map((at) => formatMoment(Date.parse(at ?? ""), "time", reader)) as [string, string];
  return <span className="quiet" data-testid="shift">{kpis ? (shift ? say("shiftSpan", { name: shift.name, start, end }) : say("noShift")) : "\u00a0"}</span>;
}

function LineFigures({ kpis }: { kpis: Kpis | undefined }) {
  const say = useWords(kpiText);
  return (
    <div className={`live ${css.lineFigures}`}>
      <Figure kpi="oee_index" kpis={kpis} size="large" />
      {FACTORS.map((kpi) => <Figure key={kpi} kpi={kpi} kpis={kpis} />)}
      <span className={css.rule} />
      <div className={css.cell}><span className={css.label}>{say("good")}</span><span className={css.number}><Num value={kpis?.counts.good} /></span></div>
      <div className={css.cell}><span className={css.label}>{say("scrap")}</span><span className={css.number}><Num value={kpis?.counts.scrap} /></span></div>
      <Coverage value={kpis?.coverage} />
    </div>
  );
}

/** A line without a constraint has no figures of its own; it says what to configure. */
function NoFigures() {
  const say = useWords(words);
  return (
    <p className={css.noFigures} data-testid="no-figures">
      <Icon name="info" size={20} />
      <span><strong>{say("noConstraint")}</strong>{say("noConstraintHint")}</span>
    </p>
  );
}

export function Line({ line, map }: { line: Equipment; map: EquipmentMap }) {
  const { kpis } = useCurrentShift(line.id);
  const units = map.children(line.id).filter((child) => child.level === "WorkUnit");
  const isLine = line.level === "ProductionLine" || line.flow.length > 0;
  return (
    <section className={css.line} data-testid={`line-${line.path}`}>
      <header className={css.lineHead}>
        <div>
          <h2 className={css.lineName}><Go to={overviewOf(line.path)} className={css.plainLink}>{line.name}</Go></h2>
          <ShiftName kpis={kpis} />
        </div>
        {isLine && !line.constraint ? <NoFigures /> : <LineFigures kpis={kpis} />}
      </header>
      <div className={css.flow} data-units={units.length}>
        {units.map((unit) => <Tile key={unit.id} equipment={unit} isConstraint={line.constraint !== null && unit.path.endsWith(`/${line.constraint}`)} />)}
      </div>
      {units.length > 0 && <LineHistory line={line} units={units} />}
    </section>
  );
}
