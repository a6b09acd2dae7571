// A line: its own figures of this shift, and its work units in flow order.
import type { EquipmentMap } from "@/app/equipment";
import type { Equipment } from "@/api/types";
import { useCurrentShift } from "@/kpi/current-shift";
import { ShiftFigures, ShiftName } from "@/kpi/shift-figures";
import css from "@/screens/overview/overview.module.css";
import { LineHistory } from "@/screens/overview/line-history";
import { Tile } from "@/screens/overview/tile";
import { useNear } from "@/view/near";
import { Go, lineOf } from "@/view/place";

const TILE_PX = 300;
const HEAD_PX = 600; // with the timeline of the last hours below
const TILES_A_ROW = 6;

function Name({ line }: { line: Equipment }) {
  return <h2 className={css.lineName}><Go to={lineOf(line.path)} className={css.plainLink}>{line.name}</Go></h2>;
}

function Shown({ line, units }: { line: Equipment; units: readonly Equipment[] }) {
  const { kpis } = useCurrentShift(line.id);
  return (
    <>
      <header className={css.lineHead}>
        <div><Name line={line} /><ShiftName kpis={kpis} /></div>
        <ShiftFigures line={line} kpis={kpis} />
      </header>
      <div className={css.flow} data-units={units.length}>
        {units.map((unit) => <Tile key={unit.id} equipment={unit} isConstraint={line.constraint !== null && unit.path.endsWith(`/${line.constraint}`)} />)}
      </div>
      {units.length > 0 && <LineHistory line={line} units={units} />}
    </>
  );
}

/** Only its name where it is out of sight: nobody hears of it then. */
export function Line({ line, map }: { line: Equipment; map: EquipmentMap }) {
  const units = map.children(line.id).filter((child) => child.level === "WorkUnit");
  const { ref, near, keepPx } = useNear(HEAD_PX + TILE_PX * Math.ceil(units.length / TILES_A_ROW));
  return (
    <section ref={ref} className={css.line} style={near ? undefined : { minHeight: keepPx }} data-testid={`line-${line.path}`}>
      {near ? <Shown line={line} units={units} /> : <Name line={line} />}
    </section>
  );
}
