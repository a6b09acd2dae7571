// The stops of the shift at the station: what waits for a reason first, as many as fit, the rest a page further.
import { useElementSize } from "@mantine/hooks";
import { useState } from "react";
import type { Equipment, Stop } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { useKnownMs } from "@/live/live";
import css from "@/screens/station/station.module.css";
import { words } from "@/screens/station/words";
import { formatCounter, formatDuration, formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { lookOf } from "@/states/look";
import { useReasonName, useStateName } from "@/states/names";
import { StateSign } from "@/states/sign";
import { StopDialog } from "@/stops/dialog";
import { inOrder, lastsMs, needsReason, startMs, useShiftStops } from "@/stops/stops";
import { words as stopWords } from "@/stops/words";
import { useWords } from "@/words/words";

const ROW_PX = 110; // a finger in a glove

function Row({ stop, named, height, onOpen }: { stop: Stop; named: boolean; height: number; onOpen: () => void }) {
  const say = useWords(stopWords);
  const reader = useReader();
  const stateName = useStateName();
  const reasonName = useReasonName();
  const { map } = useEquipment();
  const nowMs = useKnownMs();
  const look = lookOf(stop);
  const needs = needsReason(stop);
  const lasts = lastsMs(stop, nowMs);
  return (
    <li>
      <button type="button" className={css.stop} style={{ height }} data-needs={needs} data-open={stop.end === null} onClick={onOpen} data-testid="stop" data-stop={stop.stop_id}>
        <StateSign sign={look.sign} tone={look.tone} size={28} />
        <span className={css.stopLast}>{stop.end ? formatDuration(Math.round(lasts / 1000) * 1e6, reader.language) : formatCounter(lasts)}</span>
        <span className={css.stopWords}>
          <span className={css.stopReason}>{reasonName(stop.reason) ?? stateName(look.word)}</span>
          <span className={css.stopSmall}>{[named && map.byId(stop.equipment_id)?.name, `${formatMoment(startMs(stop), "time", reader)}${stop.end ? ` – ${formatMoment(Date.parse(stop.end), "time", reader)}` : ""}`, !stop.end && say("still"), stop.planned && say("planned"), stop.comment].filter(Boolean).join(" · ")}</span>
          {needs && <span className={css.needs}><Icon name="jam" size={18} />{say("needsReason")}</span>}
        </span>
        {stop.edited_by && <Icon name="person" size={20} />}
      </button>
    </li>
  );
}

function Pager({ page, pages, onTurn }: { page: number; pages: number; onTurn: (page: number) => void }) {
  const say = useWords(words);
  if (pages < 2) return null;
  return (
    <div className={css.pager}>
      <button type="button" className={css.turn} disabled={page === 0} onClick={() => onTurn(page - 1)} aria-label={say("later")} data-testid="stops-later"><Icon name="back" size={26} /></button>
      <span className="num">{say("pageOf", { n: page + 1, all: pages })}</span>
      <button type="button" className={css.turn} disabled={page >= pages - 1} onClick={() => onTurn(page + 1)} aria-label={say("earlier")} data-testid="stops-earlier"><Icon name="chevron" size={26} /></button>
    </div>
  );
}

export function StopList({ here, mayAnswer }: { here: Equipment; mayAnswer: boolean }) {
  const say = useWords(words);
  const reader = useReader();
  const { stops, error } = useShiftStops(here.id);
  const { ref, height } = useElementSize();
  const [turned, setTurned] = useState(0);
  const [open, setOpen] = useState<Stop | null>(null);
  const rows = Math.max(1, Math.floor(height / ROW_PX));
  const rowPx = Math.max(ROW_PX, Math.floor(height / rows)); // the rest of the height goes to the rows
  const sorted = inOrder((stops?.items ?? []).filter((stop) => !stop.micro || stop.reason));
  const pages = Math.max(1, Math.ceil(sorted.length / rows));
  const page = Math.min(turned, pages - 1);
  const waiting = sorted.filter(needsReason).length;
  return (
    <section className={css.stops} aria-labelledby="station-stops">
      <header className={css.stopsHead}>
        <h2 id="station-stops">{stops && !stops.shift ? say("stopsNoShift", { time: formatMoment(Date.parse(stops.start), "time", reader) }) : say("stops")}</h2>
        {stops && <span className={waiting > 0 ? css.waiting : "quiet"} data-testid="stops-waiting">{waiting > 0 ? say("open", { n: waiting }) : say("allAnswered")}</span>}
      </header>
      <div className={css.stopBody}>
        <div ref={ref} className={css.stopBox}>
          {error && <ProblemNotice error={error} compact />}
          {!stops && !error && <Waiting lines={4} height={56} />}
          {stops && sorted.length === 0 && <Empty icon="check" title={say("none")} hint={say("noneHint")} />}
          <ul className={`live ${css.stopRows}`} data-testid="stops">{sorted.slice(page * rows, (page + 1) * rows).map((stop) => <Row key={stop.stop_id} stop={stop} named={here.level !== "WorkUnit"} height={rowPx} onOpen={() => mayAnswer && setOpen(stop)} />)}</ul>
        </div>
        <Pager page={page} pages={pages} onTurn={setTurned} />
      </div>
      {open && <StopDialog stop={open} onClose={() => setOpen(null)} />}
    </section>
  );
}
