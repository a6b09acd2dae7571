// A line: its own figures of this shift, and its work units in flow order.
import type { EquipmentMap } from "@/app/equipment";
import type { Equipment } from "@/api/types";
import { useCurrentShift } from "@/kpi/current-shift";
import { ShiftFigures, ShiftName } from "@/kpi/shift-figures";
import css from "@/screens/overview/overview.module.css";
import { LineHistory } from "@/screens/overview/line-history";
import { Tile } from "@/screens/overview/tile";
import { Go, lineOf } from "@/view/place";

export function Line({ line, map }: { line: Equipment; map: EquipmentMap }) {
  const { kpis } = useCurrentShift(line.id);
  const units = map.children(line.id).filter((child) => child.level === "WorkUnit");
  return (
    <section className={css.line} data-testid={`line-${line.path}`}>
      <header className={css.lineHead}>
        <div>
          <h2 className={css.lineName}><Go to={lineOf(line.path)} className={css.plainLink}>{line.name}</Go></h2>
          <ShiftName kpis={kpis} />
        </div>
        <ShiftFigures line={line} kpis={kpis} />
      </header>
      <div className={css.flow} data-units={units.length}>
        {units.map((unit) => <Tile key={unit.id} equipment={unit} isConstraint={line.constraint !== null && unit.path.endsWith(`/${line.constraint}`)} />)}
      </div>
      {units.length > 0 && <LineHistory line={line} units={units} />}
    </section>
  );
}
