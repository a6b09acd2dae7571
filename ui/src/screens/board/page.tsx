// The page of the shift board: which shift, the way to the one before and after, and the whole display for the wall.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { shiftBoardQuery } from "@/api/queries";
import type { Equipment, Kpis, Shift } from "@/api/types";
import { AtPlace } from "@/app/at-place";
import { LinkBanner } from "@/app/link-banner";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Freeze } from "@/freezing/freeze";
import { Give } from "@/giving/give";
import { AsKnown, KnownNote } from "@/knowing/as-known";
import { isPast, useKnown } from "@/knowing/known";
import { NoCounter } from "@/kpi/untold";
import { useLive } from "@/live/live";
import { Board, isUncounted } from "@/screens/board/board";
import { useBoardTable } from "@/screens/board/table";
import css from "@/screens/board/board.module.css";
import { useShown } from "@/screens/board/shifts";
import { words } from "@/screens/board/words";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { SigningBar } from "@/signing/bar";
import { boardOf } from "@/view/place";
import { useChangeSearch, useSearchText } from "@/view/search";
import { useWords } from "@/words/words";

const ASK_AGAIN_MS = 30_000;

/** Asked again when the figures of the running shift move, at most every few seconds. */
function useBoard(equipmentId: number, shift: string, running: boolean) {
  const known = useKnown();
  const kpis = useLive<Kpis>(running ? `equipment/${equipmentId}/kpi` : null);
  const asked = useQuery({ ...shiftBoardQuery(equipmentId, shift, known), placeholderData: keepPreviousData, refetchInterval: running ? ASK_AGAIN_MS : false });
  const { refetch } = asked;
  const good = kpis?.counts.good;
  const slow = Math.floor((good ?? 0) / 25); // a fast machine must not ask with every piece
  useEffect(() => { if (running && slow) void refetch(); }, [slow, running, refetch]);
  return asked;
}

function ShiftOf({ here, shift, running }: { here: Equipment; shift: Shift; running: boolean }) {
  const past = isPast(useKnown());
  const { data, error, isPending, refetch, dataUpdatedAt: readMs } = useBoard(here.id, shift.id, running);
  const tableOf = useBoardTable();
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  return isPending || !data ? <Waiting lines={9} height={34} /> : <><Board board={data} /><div className={css.give}>{!past && <Freeze here={here} window={{ t0: Date.parse(shift.start), t1: Date.parse(shift.end), live: running, shift }} view="kpis" />}<Give of={{ here, start: shift.start, end: shift.end, readMs }} table={() => tableOf(data, `${here.name} ${shift.name}`)} /></div><NoCounter here={here} blind={isUncounted(data)} /></>;
}

function BoardOf({ here }: { here: Equipment }) {
  const say = useWords(words);
  const reader = useReader();
  const change = useChangeSearch();
  const place = useRef<HTMLDivElement>(null);
  const { shift: asked, at } = useSearchText();
  const past = isPast(useKnown());
  const { shift, previous, next, running: runs, isPending, error } = useShown(here.id, asked, at);
  const running = runs && !past;
  const go = (to: Shift | null) => change({ shift: to?.id ?? null, at: to?.start ?? null });
  const full = () => void (document.fullscreenElement ? document.exitFullscreen() : place.current?.requestFullscreen())?.catch(() => undefined);
  const moment = (text: string, style: "time" | "day") => formatMoment(Date.parse(text), style, reader);
  if (isPending) return <Waiting lines={9} height={34} />;
  if (error) return <ProblemNotice error={error} />;
  return (
    <div ref={place} className={css.place}>
      <div className={css.page}>
        <LinkBanner />
        <header className={css.head}>
          <div>
            <h1>{say("title", { name: here.name })}</h1>
            {shift && <p className={css.shift} data-testid="board-shift">{`${shift.name}, ${moment(shift.start, "day")}, ${moment(shift.start, "time")} – ${moment(shift.end, "time")}`}{running && <span className={css.now}>{say("running")}</span>}</p>}
          </div>
          <div className={css.tools}>
            <AsKnown />
            <button type="button" className={css.tool} disabled={!previous} onClick={() => go(previous)} data-testid="board-previous"><Icon name="back" />{say("previous")}</button>
            <button type="button" className={css.tool} disabled={!asked} onClick={() => go(null)} data-testid="board-now">{say("now")}</button>
            <button type="button" className={css.tool} disabled={!next} onClick={() => go(next)} data-testid="board-next">{say("next")}<Icon name="chevron" /></button>
            <button type="button" className={css.tool} onClick={full} data-testid="board-full"><Icon name="full" />{say("full")}</button>
          </div>
        </header>
        <KnownNote />
        {shift && !running && !past && <SigningBar key={`${here.id} ${shift.id}`} here={here} shift={shift} />}
        {shift ? <ShiftOf key={here.id} here={here} shift={shift} running={running} /> : <Empty icon="clock" title={say("noShift")} hint={say("noShiftHint")} />}
      </div>
    </div>
  );
}

export default function BoardPage() {
  return <AtPlace at={boardOf} Shown={BoardOf} waiting={{ lines: 6, height: 34 }} />;
}
