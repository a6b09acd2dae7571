// One work unit on the overview: what it does, for how long, why, and how this shift went.
import type { ReactNode } from "react";
import type { Equipment, Kpis } from "@/api/types";
import { Coverage, Figure } from "@/kpi/figure";
import { useCurrentShift } from "@/kpi/current-shift";
import { Made } from "@/kpi/untold";
import { type MachineNow, useMachineNow } from "@/machine/now";
import { useSpeed } from "@/machine/speed";
import css from "@/screens/overview/overview.module.css";
import { words } from "@/screens/overview/words";
import { Num, Running } from "@/show/show";
import { StateSign } from "@/states/sign";
import { StateStrip } from "@/timeline/strip";
import { useNear } from "@/view/near";
import { Go, tagOf, unitOf } from "@/view/place";
import { useWords } from "@/words/words";

const STRIP_H = 4;
const TILE_PX = 284;

function TileState({ equipment, machine: { now, look, word, why } }: { equipment: Equipment; machine: MachineNow }) {
  const say = useWords(words);
  return (
    <div className={css.state} data-tone={look?.tone} data-testid={`state-${equipment.path}`} data-state={now?.state}>
      {look && <StateSign sign={look.sign} tone={look.tone} size={26} />}
      <span className={look ? css.stateName : css.waits}>{word ?? say("waits")}</span>
      {now && <span className={css.counter} data-testid={`counter-${equipment.path}`}><Running since={now.since} /></span>}
      <span className={css.reason} title={why || undefined} data-testid={`reason-${equipment.path}`}>{why}</span>
    </div>
  );
}

function SpeedCell({ equipment }: { equipment: Equipment }) {
  const say = useWords(words);
  const speed = useSpeed(equipment);
  if (!speed) return null;
  return (
    <div className={css.cell} data-testid="speed">
      <span className={css.label}>{say("speed")}</span>
      <Go to={tagOf(speed.tagId)} className={`${css.number} ${css.toTag}`} testid="speed-tag"><Num value={speed.value} unit={speed.unit} /></Go>
      {speed.rate !== null && <span className={css.small} data-testid="rate">{say("of", { rate: speed.rate })}</span>}
    </div>
  );
}

function Pieces({ kpis }: { kpis: Kpis | undefined }) {
  const say = useWords(words);
  return (
    <>
      <div className={css.cell} data-testid="count-good">
        <span className={css.label}>{say("good")}</span>
        <span className={css.number}><Made kpis={kpis} kind="good" /></span>
      </div>
      <div className={css.cell} data-testid="count-scrap">
        <span className={css.label}>{say("scrap")}</span>
        <span className={css.number}><Made kpis={kpis} kind="scrap" /></span>
      </div>
    </>
  );
}

function Shown({ equipment, name }: { equipment: Equipment; name: ReactNode }) {
  const say = useWords(words);
  const machine = useMachineNow(equipment);
  const kpis = useCurrentShift(equipment.id).kpis;
  return (
    <article className={`live ${css.tile}`} data-tone={machine.look?.tone} data-testid={`tile-${equipment.path}`}>
      {name}
      <TileState equipment={equipment} machine={machine} />
      <div className={css.cells}>
        <Pieces kpis={kpis} />
        <SpeedCell equipment={equipment} />
      </div>
      <div className={css.figures}>
        <Figure kpi="oee_index" kpis={kpis} />
        <Coverage kpis={kpis} />
      </div>
      <div>
        <StateStrip equipmentId={equipment.id} hours={STRIP_H} />
        <span className={css.small} data-testid="strip-hours">{say("lastHours", { n: STRIP_H })}</span>
      </div>
    </article>
  );
}

/** Only its name where it is out of sight: nobody hears of it then. */
export function Tile({ equipment, isConstraint }: { equipment: Equipment; isConstraint: boolean }) {
  const say = useWords(words);
  const { ref, near, keepPx } = useNear(TILE_PX);
  const name = (
    <h3 className={css.name}>
      <Go to={unitOf(equipment.path)} className={css.stretched}>{equipment.name}</Go>
      {isConstraint && <span className={css.constraint} title={say("constraintHint")}>{say("constraint")}</span>}
    </h3>
  );
  return <div ref={ref} className={css.place}>{near ? <Shown equipment={equipment} name={name} /> : <article className={css.tile} style={{ minHeight: keepPx }}>{name}</article>}</div>;
}
