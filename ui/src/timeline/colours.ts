// The palette as a canvas needs it: read from the stylesheet, again when the appearance changes.
import { useComputedColorScheme } from "@mantine/core";
import { useMemo } from "react";
import type { Tone } from "@/states/look";

export interface Colours {
  fill: Readonly<Record<Tone, string>>;
  mark: Readonly<Record<Tone, string>>;
  ink: string;
  inkSoft: string;
  line: string;
  panel: string;
  raised: string;
  focus: string;
  chart: string;
  band: string;
  grid: string;
  pens: readonly string[];
}

const cache = new Map<string, Colours>();

/** Of the appearance that the page has: the library says "light" until it has looked at the machine's own. */
function read(scheme: string): Colours {
  const known = cache.get(scheme);
  if (known) return known;
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const colours: Colours = {
    fill: { normal: of("normal"), quiet: of("quiet"), external: of("external"), setup: of("setup"), warning: of("warning"), fault: of("fault"), void: of("void") },
    mark: { normal: of("normal"), quiet: of("quiet-ink"), external: of("external-mark"), setup: of("setup-soft"), warning: of("warning-soft"), fault: of("fault-on"), void: of("void-mark") },
    ink: of("ink"), inkSoft: of("ink-3"), line: of("line"), panel: of("panel"), raised: of("raised"), focus: of("focus"), chart: of("chart-1"), band: of("chart-band"), grid: of("chart-grid"), pens: Array.from({ length: 8 }, (_, i) => of(`pen-${i + 1}`)),
  };
  cache.set(scheme, colours);
  return colours;
}

export function useColours(): Colours {
  const scheme = useComputedColorScheme();
  return useMemo(() => read(document.documentElement.dataset["mantineColorScheme"] ?? scheme), [scheme]);
}
