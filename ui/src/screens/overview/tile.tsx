// One work unit on the overview: what it does, for how long, why, and how this shift went.
import { useQuery } from "@tanstack/react-query";
import { tagsQuery } from "@/api/queries";
import type { Equipment, Kpis, StateNow, Tag } from "@/api/types";
import { Coverage, Figure } from "@/kpi/figure";
import { useCurrentShift } from "@/kpi/current-shift";
import { useLiveValue, useTopicWanted } from "@/live/live";
import { isGood } from "@/live/columns";
import css from "@/screens/overview/overview.module.css";
import { words } from "@/screens/overview/words";
import { Num, Running } from "@/show/show";
import { useStateNow } from "@/states/live-state";
import { type Look, lookOf } from "@/states/look";
import { useReasonName, useStateName } from "@/states/names";
import { StateSign } from "@/states/sign";
import { StateStrip } from "@/timeline/strip";
import { Go, unitOf } from "@/view/place";
import { useWords } from "@/words/words";

const STRIP_H = 4;

function TileState({ equipment, now, look }: { equipment: Equipment; now: StateNow | undefined; look: Look | null }) {
  const say = useWords(words);
  const stateName = useStateName();
  const reasonName = useReasonName();
  const why = now?.reason ? reasonName(now.reason) : look && now && look.word !== now.state ? stateName(now.state) : null;
  return (
    <div className={css.state} data-tone={look?.tone} data-testid={`state-${equipment.path}`} data-state={now?.state}>
      {look && <StateSign sign={look.sign} tone={look.tone} size={26} />}
      <span className={look ? css.stateName : css.waits}>{look ? stateName(look.word) : say("waits")}</span>
      {now && <span className={css.counter} data-testid={`counter-${equipment.path}`}><Running since={now.since} /></span>}
      <span className={css.reason} title={why ?? undefined} data-testid={`reason-${equipment.path}`}>{look?.tone === "external" ? why?.split(" · ").at(-1) : why}</span>
    </div>
  );
}

/** Live where it came, else as the page was loaded; null when it cannot be believed. */
function useNumber(tag: Tag | undefined): number | null {
  const live = useLiveValue(tag?.id ?? -1);
  if (live) return isGood(live.quality) ? live.value : null;
  return tag?.last && isGood(tag.last.quality) && typeof tag.last.value === "number" ? tag.last.value : null;
}

function LiveSpeed({ tag, rateTag, usual }: { tag: Tag; rateTag: Tag | undefined; usual: number | null }) {
  const say = useWords(words);
  const value = useNumber(tag);
  const rate = useNumber(rateTag) || usual; // the job's rate; 0 or nothing: no job, the unit's own
  return (
    <div className={css.cell} data-testid="speed">
      <span className={css.label}>{say("speed")}</span>
      <span className={css.number}><Num value={value} unit={tag.unit} /></span>
      {rate !== null && <span className={css.small}>{say("of", { rate })}</span>}
    </div>
  );
}

function Speed({ equipment }: { equipment: Equipment }) {
  const { data } = useQuery({ ...tagsQuery(equipment.id), staleTime: 60_000 });
  useTopicWanted(`tags/${equipment.id}`);
  const tag = data?.find((candidate) => candidate.property === "speed");
  const rateTag = data?.find((candidate) => candidate.property === "rate_upm");
  return tag ? <LiveSpeed tag={tag} rateTag={rateTag} usual={equipment.standard_rate_upm} /> : null;
}

function Pieces({ kpis }: { kpis: Kpis | undefined }) {
  const say = useWords(words);
  return (
    <>
      <div className={css.cell} data-testid="count-good">
        <span className={css.label}>{say("good")}</span>
        <span className={css.number}><Num value={kpis?.counts.good} /></span>
      </div>
      <div className={css.cell} data-testid="count-scrap">
        <span className={css.label}>{say("scrap")}</span>
        <span className={css.number}><Num value={kpis?.counts.scrap} /></span>
      </div>
    </>
  );
}

export function Tile({ equipment, isConstraint }: { equipment: Equipment; isConstraint: boolean }) {
  const say = useWords(words);
  const now = useStateNow(equipment.id);
  const look = now ? lookOf(now) : null;
  const kpis = useCurrentShift(equipment.id).kpis;
  return (
    <article className={`live ${css.tile}`} data-tone={look?.tone} data-testid={`tile-${equipment.path}`}>
      <h3 className={css.name}>
        <Go to={unitOf(equipment.path)} className={css.stretched}>{equipment.name}</Go>
        {isConstraint && <span className={css.constraint} title={say("constraintHint")}>{say("constraint")}</span>}
      </h3>
      <TileState equipment={equipment} now={now} look={look} />
      <div className={css.cells}>
        <Pieces kpis={kpis} />
        <Speed equipment={equipment} />
      </div>
      <div className={css.figures}>
        <Figure kpi="oee_index" kpis={kpis} />
        <Coverage value={kpis?.coverage} />
      </div>
      <div>
        <StateStrip equipmentId={equipment.id} hours={STRIP_H} />
        <span className={css.small}>{say("lastHours", { n: STRIP_H })}</span>
      </div>
    </article>
  );
}
