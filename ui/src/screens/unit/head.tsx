// The head of the work unit page: name, what it does now, for how long, and the job.
import type { Equipment } from "@/api/types";
import { useMachineNow } from "@/machine/now";
import { JobPanel } from "@/screens/unit/job";
import css from "@/screens/unit/unit.module.css";
import { Running } from "@/show/show";
import { StateSign } from "@/states/sign";

export function UnitHead({ equipment }: { equipment: Equipment }) {
  const { now, look, word, why } = useMachineNow(equipment);
  return (
    <div className={css.head}>
      <div className={`live ${css.state}`} data-tone={look?.tone} data-state={now?.state} data-testid={`state-${equipment.path}`}>
        {look && <StateSign sign={look.sign} tone={look.tone} size={40} />}
        <div className={css.stateWords}>
          <span className={css.stateName}>{word ?? "\u00a0"}</span>
          <span className={css.reason} data-testid={`reason-${equipment.path}`}>{why}</span>
        </div>
        {now && <span className={css.counter} data-testid={`counter-${equipment.path}`}><Running since={now.since} /></span>}
      </div>
      <JobPanel equipment={equipment} />
    </div>
  );
}
