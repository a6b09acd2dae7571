// The head of the work unit page: name, what it does now, for how long, and the job.
import type { Equipment } from "@/api/types";
import { JobPanel } from "@/screens/unit/job";
import css from "@/screens/unit/unit.module.css";
import { Running } from "@/show/show";
import { useStateNow } from "@/states/live-state";
import { lookOf } from "@/states/look";
import { useReasonName, useStateName } from "@/states/names";
import { StateSign } from "@/states/sign";
import { modeWords } from "@/states/words";
import { useLanguage } from "@/words/language";
import { wordFor } from "@/words/words";

export function UnitHead({ equipment }: { equipment: Equipment }) {
  const language = useLanguage();
  const stateName = useStateName();
  const reasonName = useReasonName();
  const now = useStateNow(equipment.id);
  const look = now ? lookOf(now) : null;
  const why = now && (reasonName(now.reason) ?? (look && look.word !== now.state ? stateName(now.state) : null));
  const mode = now?.mode && now.mode !== "Production" ? wordFor(modeWords, language, now.mode) : null;
  return (
    <div className={css.head}>
      <div className={`live ${css.state}`} data-tone={look?.tone} data-state={now?.state} data-testid={`state-${equipment.path}`}>
        {look && <StateSign sign={look.sign} tone={look.tone} size={40} />}
        <div className={css.stateWords}>
          <span className={css.stateName}>{look ? stateName(look.word) : "\u00a0"}</span>
          <span className={css.reason} data-testid={`reason-${equipment.path}`}>{[why, mode].filter(Boolean).join(" · ")}</span>
        </div>
        {now && <span className={css.counter} data-testid={`counter-${equipment.path}`}><Running since={now.since} /></span>}
      </div>
      <JobPanel equipment={equipment} />
    </div>
  );
}
