// What the bars of a timeline mean: colour, pattern and height together with the word.
import { useCallback, useMemo } from "react";
import type { Look, Tone } from "@/states/look";
import { Painted, type Paint } from "@/timeline/canvas";
import { useColours } from "@/timeline/colours";
import { fillsOf, HEIGHT } from "@/timeline/paint";
import { paintSlow } from "@/timeline/slow";
import css from "@/timeline/timeline.module.css";
import { toneWords } from "@/timeline/words";
import { useWords } from "@/words/words";

const TONES: readonly Tone[] = ["normal", "quiet", "external", "setup", "warning", "fault", "void"];
const SIZE_PX = 14;

function Swatch({ tone }: { tone: Tone }) {
  const colours = useColours();
  const fills = useMemo(() => fillsOf(colours, devicePixelRatio || 1), [colours]);
  const paint = useCallback<Paint>((pen, width) => {
    pen.fillStyle = fills[tone];
    const height = SIZE_PX * HEIGHT[tone];
    pen.fillRect(0, SIZE_PX - height, width, height);
  }, [fills, tone]);
  return <span className={css.swatch}><Painted height={SIZE_PX} paint={paint} aria-hidden="true" /></span>;
}

function SlowSwatch() {
  const colours = useColours();
  const paint = useCallback<Paint>((pen, width) => {
    const height = SIZE_PX * HEIGHT.normal;
    pen.fillStyle = colours.fill.normal;
    pen.fillRect(0, SIZE_PX - height, width, height);
    paintSlow(pen, [{ t0: 0, t1: 1, share: 1 }], { frame: { t0: 0, t1: 1, width, top: 0, height: SIZE_PX }, ink: colours.ink });
  }, [colours]);
  return <span className={css.swatch}><Painted height={SIZE_PX} paint={paint} aria-hidden="true" /></span>;
}

/** Only what there is to see: a calm shift needs no word for faults. */
export function Legend({ bars, slow = false }: { bars: readonly { look: Look }[]; slow?: boolean }) {
  const say = useWords(toneWords);
  const seen = new Set(bars.map((bar) => bar.look.tone));
  return <ul className={css.legend}>{TONES.filter((tone) => seen.has(tone)).map((tone) => <li key={tone}><Swatch tone={tone} />{say(tone)}</li>)}{slow && <li data-testid="legend-slow"><SlowSwatch />{say("slow")}</li>}</ul>;
}
