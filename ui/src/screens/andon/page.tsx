// The andon of a line or an area: nothing but the machines, turning pages by itself, and loud when it is no longer live.
import { useMantineColorScheme } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { clockOffset } from "@/api/client";
import type { Equipment } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { words as noticeWords } from "@/design/words";
import { liveLink, useLinkState } from "@/live/live";
import css from "@/screens/andon/andon.module.css";
import { Board } from "@/screens/andon/board";
import { pagesOf } from "@/screens/andon/pages";
import { words } from "@/screens/andon/words";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { andonOf, isUnit, LeadOn, placeOf, useEquipmentPath } from "@/view/place";
import { useWords } from "@/words/words";

const TURN_MS = 12_000; // long enough to read six rows twice
const TOOLS_MS = 4_000;

/** Which page is shown, turned every few seconds until somebody holds it. */
function usePages(count: number) {
  const [at, setAt] = useState(0);
  const [held, setHeld] = useState(false);
  const turn = useCallback((by: number) => setAt((now) => (now + by + count) % Math.max(count, 1)), [count]);
  useEffect(() => {
    if (held || count < 2) return undefined;
    const timer = setInterval(() => turn(1), TURN_MS);
    return () => clearInterval(timer);
  }, [held, count, turn]);
  return { at: Math.min(at, count - 1), held, turn, hold: () => setHeld((now) => !now) };
}

const toggleFull = () => void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()).catch(() => undefined);

/** Listens once: a listener that is renewed while a key goes round would miss that key. */
function useKeys(keys: Readonly<Record<string, () => void>>): void {
  const latest = useRef(keys);
  useEffect(() => void (latest.current = keys), [keys]);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : latest.current[event.key];
      if (!act || (event.key === " " && event.target instanceof HTMLButtonElement)) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

/** Shown while somebody moves the pointer or walks with the keyboard; otherwise the display is the machines' alone. */
function useStirred(): boolean {
  const [stirred, setStirred] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stir = () => {
      setStirred(true);
      clearTimeout(timer);
      timer = setTimeout(() => setStirred(false), TOOLS_MS);
    };
    for (const kind of ["pointermove", "pointerdown", "keydown"]) addEventListener(kind, stir);
    return () => {
      clearTimeout(timer);
      for (const kind of ["pointermove", "pointerdown", "keydown"]) removeEventListener(kind, stir);
    };
  }, []);
  return stirred;
}

function Stale() {
  const say = useWords(words);
  const reader = useReader();
  const lost = useLinkState() === "lost";
  if (!lost) return null;
  const sinceMs = liveLink.lastHeardMs + clockOffset();
  return (
    <div className={css.stale} role="alert" data-testid="andon-stale">
      <Icon name="jam" size={60} />
      <strong>{say("stale")}</strong>
      <span>{say("staleSince", { time: formatMoment(sinceMs, "second", reader) })}</span>
    </div>
  );
}

function Andon({ here }: { here: Equipment }) {
  const say = useWords(words);
  const { map } = useEquipment();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const pages = useMemo(() => pagesOf(map.groups(here).map((line) => ({ line, units: map.children(line.id).filter(isUnit) }))), [map, here]);
  const { at, held, turn, hold } = usePages(pages.length);
  const stirred = useStirred();
  const dark = colorScheme === "dark" || (colorScheme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  const acts = useMemo(() => {
    const leave = () => void navigate({ to: placeOf(here) });
    const look = () => setColorScheme(dark ? "light" : "dark");
    return { leave, look, keys: { f: toggleFull, F: toggleFull, d: look, D: look, Escape: leave, ArrowRight: () => turn(1), ArrowLeft: () => turn(-1), " ": hold } };
  }, [here, navigate, dark, setColorScheme, turn, hold]);
  useKeys(acts.keys);
  const page = pages[at];
  if (!page) return <Empty icon="screen" title={say("none")} hint={say("noneHint")} />;
  const tools = [["leave", "back", acts.leave], ["full", "full", toggleFull], ["look", "sun", acts.look], ...(pages.length > 1 ? [[held ? "resume" : "pause", "clock", hold] as const] : [])] as const;
  return (
    <main className={css.andon} data-testid="andon">
      <Stale />
      <Board page={page} at={at} of={pages.length} held={held} />
      <div className={css.tools} data-shown={stirred} role="toolbar" aria-label={say("tools")}>
        {tools.map(([key, icon, act]) => <button key={key} type="button" className={css.tool} onClick={act} data-testid={`andon-${key}`}><Icon name={icon} size={24} />{say(key)}</button>)}
      </div>
    </main>
  );
}

export default function AndonPage() {
  const say = useWords(noticeWords);
  const { map, isPending, error, refetch } = useEquipment();
  const path = useEquipmentPath();
  if (isPending) return <Waiting lines={6} height={90} />;
  if (error) return <ProblemNotice error={error} onRetry={refetch} />;
  const first = map.roots[0];
  if (!path && first) return <LeadOn from="/andon" to={andonOf((map.groups(first)[0] ?? first).path)} />;
  const found = path ? map.byPath(path) : undefined;
  const here = found && isUnit(found) && found.parent_id !== null ? (map.byId(found.parent_id) ?? found) : found;
  return here ? <Andon key={here.id} here={here} /> : <Empty title={say("missing")} hint={say("missingHint")} />;
}
