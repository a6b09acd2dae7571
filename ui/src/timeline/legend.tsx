// What the bars of a timeline mean: colour, pattern and height together with the word.
import { useCallback, useMemo } from "react";
import type { Tone } from "@/states/look";
import { Painted, type Paint } from "@/timeline/canvas";
import { useColours } from "@/timeline/colours";
import { fillsOf, HEIGHT } from "@/timeline/paint";
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

export function Legend() {
  const say = useWords(toneWords);
  return <ul className={css.legend}>{TONES.map((tone) => <li key={tone}><Swatch tone={tone} />{say(tone)}</li>)}</ul>;
}
