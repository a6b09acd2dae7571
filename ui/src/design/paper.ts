// Paper is white: whoever prints at night, by the browser's own keys too, gets the page by day, and then it is night again.
import { type MantineColorScheme, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import { flushSync } from "react-dom";

/** The browser says that it turns to paper before it draws it: until then the page, its canvases too, is drawn anew. */
export function usePaperByDay(): void {
  const isDark = useComputedColorScheme("light") === "dark";
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const night = useRef<MantineColorScheme | null>(null);
  useEffect(() => {
    const paper = matchMedia("print");
    const turn = () => {
      if (paper.matches && isDark) {
        night.current = colorScheme;
        flushSync(() => setColorScheme("light"));
      } else if (!paper.matches && night.current) {
        setColorScheme(night.current);
        night.current = null;
      }
    };
    paper.addEventListener("change", turn);
    return () => paper.removeEventListener("change", turn);
  }, [isDark, colorScheme, setColorScheme]);
}
