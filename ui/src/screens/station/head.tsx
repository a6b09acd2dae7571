// The top of the station: where it stands, who works at it, whether it is linked, and the state in large letters.
import { SegmentedControl } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { put, remove } from "@/api/client";
import type { Equipment } from "@/api/types";
import { useMe } from "@/app/gate";
import { useEquipment } from "@/app/equipment";
import { words as appWords } from "@/app/words";
import { Dialog } from "@/design/dialog";
import { Icon } from "@/design/icons";
import { useCurrentShift } from "@/kpi/current-shift";
import { ShiftName } from "@/kpi/shift-figures";
import { useLinkState } from "@/live/live";
import { useNowMs } from "@/live/now";
import { useMay } from "@/jobs/jobs";
import { useMachineNow } from "@/machine/now";
import { OutboxNotice } from "@/outbox/notice";
import { ByHand } from "@/screens/station/by-hand";
import { words as byHandWords } from "@/screens/station/by-hand-words";
import css from "@/screens/station/station.module.css";
import { pagesOf } from "@/screens/station/tiles";
import { words } from "@/screens/station/words";
import { Running, When } from "@/show/show";
import { StateSign } from "@/states/sign";
import { Go, placeOf, stationOf } from "@/view/place";
import { chooseLanguage, LANGUAGE_NAMES, LANGUAGES, type Language, useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

/** Leave as this person; the next one comes back to this station. */
export function useLeave(): () => void {
  const { mutate } = useMutation({
    mutationFn: () => remove("/session"),
    onSettled: () => location.assign(`/sign-in?back=${encodeURIComponent(location.pathname + location.search)}`),
  });
  return mutate;
}

function Who({ here, onClose }: { here: Equipment; onClose: () => void }) {
  const say = useWords(words);
  const { person } = useMe();
  const language = useLanguage();
  const leave = useLeave();
  const choose = (next: Language) => {
    chooseLanguage(next);
    put("/me/locale", { locale: next }).catch(() => undefined); // the choice holds on this device even when it cannot be kept
  };
  return (
    <Dialog opened onClose={onClose} title={person.name} closeButtonProps={{ "aria-label": say("stay"), size: 64 }} size="md">
      <div className={css.who}>
        <p className="quiet">{say("handOverHint")}</p>
        <SegmentedControl classNames={{ label: css.choice ?? "" }} fullWidth value={language} onChange={(value) => choose(value as Language)} data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))} aria-label={say("language")} data-testid="station-language" />
        <button type="button" className={css.main} onClick={leave} data-testid="station-sign-out"><Icon name="signOut" size={24} />{say("signOut")}</button>
        <Go to={placeOf(here)} className={css.plain} testid="station-leave">{say("leave")}</Go>
      </div>
    </Dialog>
  );
}

/** What is only read: where, which shift, whether it is linked, what time it is. */
export function Bar({ here }: { here: Equipment }) {
  const say = useWords(words);
  const sayApp = useWords(appWords);
  const link = useLinkState();
  const nowMs = useNowMs();
  const { kpis } = useCurrentShift(here.id);
  return (
    <header className={css.bar}>
      <h1>{here.name}</h1>
      <ShiftName kpis={kpis} />
      <span className={css.space} />
      {link === "lost" && <span className={css.lost} role="status" data-testid="station-lost"><Icon name="jam" size={20} />{say("lost")}</span>}
      {link === "connecting" && <span className="quiet" role="status">{sayApp("connecting")}</span>}
      <span className={css.clock}><When at={nowMs} as="time" /></span>
    </header>
  );
}

/** What a machine does; alone on its station, one without signals is told here what it does from now on. */
function Tile({ unit, alone }: { unit: Equipment; alone: boolean }) {
  const say = useWords(words);
  const sayByHand = useWords(byHandWords);
  const told = useMay("timeline.edit", unit) && alone && unit.by_hand;
  const [telling, setTelling] = useState(false);
  const { now, look, word, why, external } = useMachineNow(unit);
  const inside = (
    <>
      <span className={css.tileSign}>{look && <StateSign sign={look.sign} tone={look.tone} size={alone ? 72 : 40} />}</span>
      <span className={css.tileWords}>
        {!alone && <span className={css.tileName}>{unit.name}</span>}
        <span className={css.tileState}>{word ?? say("waits")}</span>
        {alone && <span className={css.tileUnder}><span className={css.tileWhy}>{[why, external && say("notItsFault")].filter(Boolean).join(" · ")}</span>{told && <span className={css.tileAsk}>{sayByHand("press")}</span>}</span>}
      </span>
      <span className={css.tileCounter}>{now && <Running since={now.since} />}</span>
    </>
  );
  const look_ = { "data-tone": look?.tone ?? "void", "data-state": now?.state, "data-alone": alone };
  return (
    <div className={`live ${css.tile}`} {...look_} data-testid={`state-${unit.path}`}>
      {!alone && <Go to={stationOf(unit.path)} className={css.tileLink}>{inside}</Go>}
      {alone && !told && <div className={css.aloneInside}>{inside}</div>}
      {told && <button type="button" className={`${css.aloneInside} ${css.press}`} onClick={() => setTelling(true)} data-testid="station-by-hand">{inside}</button>}
      {telling && <ByHand unit={unit} onClose={() => setTelling(false)} />}
    </div>
  );
}

/** What the machines do; of a line longer than the panel a page at a time, beside it how the others are. */
function Tiles({ units }: { units: readonly Equipment[] }) {
  const say = useWords(words);
  const { ref, width } = useElementSize();
  const [turned, setTurned] = useState(0);
  const pages = pagesOf(units, width);
  const place = turned % Math.max(pages.length, 1);
  const page = pages[place] ?? [];
  return (
    <div ref={ref} className={css.tilesPlace}>
      <div className={css.tiles} data-units={units.length} data-testid="station-tiles">{page.map((unit) => <Tile key={unit.id} unit={unit} alone={units.length === 1} />)}</div>
      {pages.length > 1 && (
        <button type="button" className={`live ${css.others}`} onClick={() => setTurned(place + 1)} aria-label={say("moreMachines", { n: place + 1, all: pages.length })} data-testid="station-tiles-next">
          <span className={css.othersPage}><span className="num">{say("pageOf", { n: place + 1, all: pages.length })}</span><Icon name="chevron" size={22} /></span>
          <span className={css.othersSigns}>{units.filter((unit) => !page.includes(unit)).map((unit) => <Other key={unit.id} unit={unit} />)}</span>
        </button>
      )}
    </div>
  );
}

/** A machine of another page: whether one should turn to it. */
function Other({ unit }: { unit: Equipment }) {
  const { look, word } = useMachineNow(unit);
  return <span title={[unit.name, word].filter(Boolean).join(": ")} data-tone={look?.tone ?? "void"} data-testid={`other-${unit.path}`}>{look ? <StateSign sign={look.sign} tone={look.tone} size={16} /> : "–"}</span>;
}

/** The way up, what the machines do, what waits on this device, and who works here. */
export function Top({ here, units }: { here: Equipment; units: readonly Equipment[] }) {
  const { map } = useEquipment();
  const { person } = useMe();
  const [who, setWho] = useState(false);
  const above = here.parent_id === null ? undefined : map.byId(here.parent_id);
  return (
    <div className={css.top}>
      {above && here.level === "WorkUnit" && <Go to={stationOf(above.path)} className={css.up} testid="station-up"><Icon name="back" size={26} /><span>{above.name}</span></Go>}
      <Tiles units={units} />
      <OutboxNotice large />
      <button type="button" className={css.person} onClick={() => setWho(true)} data-testid="station-person"><Icon name="person" size={26} /><span>{person.name}</span></button>
      {who && <Who here={here} onClose={() => setWho(false)} />}
    </div>
  );
}
