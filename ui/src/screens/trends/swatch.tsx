// How a pen looks: its colour, its dashes and its number.
import css from "@/screens/trends/trends.module.css";
import { COLOURS, dashOf } from "@/trend/pens";

export function Swatch({ look, no }: { look: number; no: number }) {
  return (
    <span className={css.swatch}>
      <svg width="34" height="12" aria-hidden="true" focusable="false"><line x1="1" x2="33" y1="6" y2="6" strokeWidth="2.4" strokeDasharray={dashOf(look).join(" ")} style={{ stroke: `var(--pen-${(look % COLOURS) + 1})` }} /></svg>
      <span className="num">{no}</span>
    </span>
  );
}
