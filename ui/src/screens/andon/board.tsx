// One page of the andon: the shift's pace on top, below it one row per machine with state, reason and counter.
import type { Equipment } from "@/api/types";
import { useCurrentShift, useLiveKpi } from "@/kpi/current-shift";
import { madeIn } from "@/kpi/made";
import { paceOf } from "@/kpi/pace";
import { ShiftName } from "@/kpi/shift-figures";
import { useNowMs } from "@/live/now";
import { useMachineNow } from "@/machine/now";
import css from "@/screens/andon/andon.module.css";
import type { AndonPage } from "@/screens/andon/pages";
import { words } from "@/screens/andon/words";
import { Num, Running, When } from "@/show/show";
import { StateSign } from "@/states/sign";
import { useWords } from "@/words/words";

const SIGN_OF = { ahead: "▲", even: "●", behind: "▼" } as const;
const MINUTE_MS = 60_000;

function PaceNow({ line }: { line: Equipment }) {
  const say = useWords(words);
  const { kpis } = useCurrentShift(line.id);
  const pace = paceOf(useLiveKpi(line.id));
  const made = madeIn(kpis);
  if (kpis?.shift === null) return null;
  return (
    <dl className={`live ${css.pace}`} data-testid="pace" data-pace={pace?.pace}>
      <div><dt>{say("good")}</dt><dd><Num value={made?.good} /></dd></div>
      {pace && <div><dt>{say("target")}</dt><dd><Num value={pace.target} /></dd></div>}
      {pace && <div className={css.gap}><dt>{say(pace.pace)}</dt><dd><span aria-hidden="true">{SIGN_OF[pace.pace]}</span><Num value={Math.abs(pace.actual - pace.target)} /></dd></div>}
      {made && !pace && <div><dt className={css.noRate}>{say(made.good === null ? "noCounter" : "noRate")}</dt></div>}
    </dl>
  );
}

/** Wanders by a few pixels from minute to minute: a display that shows the same for years keeps no ghost of it. */
function Clock() {
  const say = useWords(words);
  const nowMs = useNowMs();
  const step = Math.floor(nowMs / MINUTE_MS);
  return <div className={css.clock} style={{ translate: `${(step % 9) - 8}px ${(Math.floor(step / 9) % 9) - 4}px` }} role="img" aria-label={say("clock")} data-testid="andon-clock"><When at={nowMs} as="time" /></div>;
}

function Row({ unit }: { unit: Equipment }) {
  const say = useWords(words);
  const { now, look, word, why } = useMachineNow(unit);
  return (
    <li className={`live ${css.row}`} data-tone={look?.tone ?? "void"} data-state={now?.state} data-testid={`andon-${unit.path}`}>
      <span className={css.sign}>{look && <StateSign sign={look.sign} tone={look.tone} size={100} />}</span>
      <span className={css.name}>{unit.name}</span>
      <span className={css.state}>{word ?? say("waits")}</span>
      <span className={css.why}>{why}</span>
      <span className={css.counter}>{now && <Running since={now.since} />}</span>
    </li>
  );
}

export function Board({ page, at, of, held }: { page: AndonPage; at: number; of: number; held: boolean }) {
  const say = useWords(words);
  const { kpis } = useCurrentShift(page.line.id);
  return (
    <>
      <header className={css.head}>
        <div className={css.place}>
          <h1>{page.line.name}</h1>
          <span className={css.shift}><ShiftName kpis={kpis} />{of > 1 && <span data-testid="andon-page">{` · ${say("page", { n: at + 1, all: of })}${held ? ` ${say("paused")}` : ""}`}</span>}</span>
        </div>
        <PaceNow line={page.line} />
        <Clock />
      </header>
      <ul className={css.rows} data-rows={page.units.length} data-testid="andon-rows">{page.units.map((unit) => <Row key={unit.id} unit={unit} />)}</ul>
    </>
  );
}
