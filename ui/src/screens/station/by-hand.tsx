// A machine without signals: whoever stands at it says with one touch what it does from now on, and with a second one why it stands.
import { useState } from "react";
import { serverNowMs } from "@/api/client";
import type { Equipment } from "@/api/types";
import { useDo } from "@/outbox/said";
import { words } from "@/screens/station/by-hand-words";
import css from "@/screens/station/dialogs.module.css";
import { Sheet } from "@/screens/station/job-dialogs";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { lookOf } from "@/states/look";
import { useStateNow } from "@/states/live-state";
import { useReasonName, useStateName } from "@/states/names";
import { StateSign } from "@/states/sign";
import { ReasonPicker } from "@/stops/picker";
import { useWords } from "@/words/words";

const STATES = ["Execute", "Stopped", "CHANGEOVER", "STARVED", "BLOCKED", "Idle"] as const;
const ASKS_WHY = "Stopped";
const CLOCKS_MS = 1_000; // by which this device's idea of the server's clock may be ahead: what has not happened yet nobody can say

/** Says a state, and the reason where there is one, that holds from the moment of the touch until the next is said. */
function useSayFromNow(unit: Equipment): (state: string, reason?: string) => void {
  const send = useDo();
  const reader = useReader();
  const stateName = useStateName();
  const reasonName = useReasonName();
  return (state, reason) => {
    const startMs = serverNowMs() - CLOCKS_MS;
    const what = [stateName(state), reasonName(reason ?? null)].filter(Boolean).join(", ");
    void send({
      path: `/equipment/${unit.id}/timeline-edits`,
      body: { start: new Date(startMs).toISOString(), end: null, state, ...(reason === undefined ? {} : { reason }) },
      label: "stateFrom", values: { machine: unit.name, time: formatMoment(startMs, "time", reader), what },
    });
  };
}

export function ByHand({ unit, onClose }: { unit: Equipment; onClose: () => void }) {
  const say = useWords(words);
  const stateName = useStateName();
  const now = useStateNow(unit.id);
  const sayFromNow = useSayFromNow(unit);
  const [asks, setAsks] = useState(false);
  const [openedAt] = useState(() => new Date(serverNowMs()).toISOString()); // the reasons offered are those of now
  const press = (state: string, reason?: string) => {
    onClose();
    sayFromNow(state, reason);
  };
  if (asks) {
    return (
      <Sheet title={say("why", { name: unit.name })} onClose={onClose} testid="by-hand-why">
        <ReasonPicker stop={{ equipment_id: unit.id, start: openedAt, reason: null }} onPick={(reason) => press(ASKS_WHY, reason)} />
        <div className={`${css.acts} ${css.below}`}>
          <button type="button" className={css.act} onClick={() => setAsks(false)} data-testid="by-hand-back">{say("back")}</button>
          <button type="button" className={css.act} onClick={() => press(ASKS_WHY)} data-testid="by-hand-later">{say("later")}</button>
        </div>
      </Sheet>
    );
  }
  return (
    <Sheet title={say("title", { name: unit.name })} onClose={onClose} testid="by-hand">
      <div className={css.states}>
        {STATES.map((state) => {
          const look = lookOf({ state });
          return (
            <button key={state} type="button" className={css.state} aria-pressed={now?.state === state} onClick={() => (state === ASKS_WHY ? setAsks(true) : press(state))} data-testid={`by-hand-${state}`}>
              <StateSign sign={look.sign} tone={look.tone} size={40} /><span>{stateName(state)}</span>
            </button>
          );
        })}
      </div>
    </Sheet>
  );
}
