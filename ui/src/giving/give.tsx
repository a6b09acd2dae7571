// Hands out exactly what is shown: as CSV, as a workbook, or on paper.
import { Button, Menu, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useRef } from "react";
import { flushSync } from "react-dom";
import { type Of, onClock, useAbout } from "@/giving/about";
import { seen } from "@/giving/seen";
import { csvText, fileName, handOut, type Table } from "@/giving/table";
import { words } from "@/giving/words";
import { XLSX_TYPE, xlsxOf } from "@/giving/xlsx";
import { zoned } from "@/show/format";
import { useZone } from "@/show/show";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const twoFrames = (then: () => void) => requestAnimationFrame(() => requestAnimationFrame(then));

/** Paper is white: at night the page is drawn by day for it, its canvases too, and then as it was. */
function usePaper(): () => void {
  const isDark = useComputedColorScheme("light") === "dark";
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  return () => {
    if (isDark) flushSync(() => setColorScheme("light"));
    twoFrames(() => {
      print();
      if (isDark) setColorScheme(colorScheme);
    });
  };
}

interface GiveProps { of: Of; table: () => Table; disabled?: boolean }
/** The table is made when somebody asks for it; on paper it is the page, under the same words but for the address. */
export function Give({ of, table, disabled = false }: GiveProps) {
  const say = useWords(words);
  const language = useLanguage();
  const aboutOf = useAbout();
  const zone = useZone();
  const clock = of.here?.timezone ?? zone;
  const whole = (): Table => {
    const shown = onClock(table(), clock);
    const from = of.start === undefined ? "" : ` ${zoned(new Date(of.start).getTime(), clock).slice(0, 16)}`;
    return { ...shown, name: `${shown.name}${from}`, about: aboutOf(of) };
  };
  const csv = () => {
    const shown = whole();
    handOut(fileName(shown, "csv"), csvText(shown, language), "text/csv;charset=utf-8");
  };
  const xlsx = () => {
    const shown = whole();
    handOut(fileName(shown, "xlsx"), xlsxOf(shown), XLSX_TYPE);
  };
  const paper = usePaper();
  return (
    <>
      <span className="print-only" translate="no">{aboutOf(of).slice(0, -1).map(([name, value]) => `${name}: ${value}`).join(" · ")}</span>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target><Button className="screen-only" variant="default" size="sm" disabled={disabled} title={say("hint")} data-testid="give">{say("give")}</Button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={csv} data-testid="give-csv">{say("csv")}</Menu.Item>
          <Menu.Item onClick={xlsx} data-testid="give-xlsx">{say("xlsx")}</Menu.Item>
          <Menu.Item onClick={paper} data-testid="give-print">{say("print")}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

/** Hands out the table of the panel it stands in, as it is seen. */
export function GiveSeen({ of, name, disabled = false }: { of: Of; name: string; disabled?: boolean }) {
  const place = useRef<HTMLSpanElement>(null);
  const table = (): Table => {
    const shown = place.current?.closest("section")?.querySelector("table");
    return { name, ...(shown ? seen(shown) : { head: [], rows: [] }) };
  };
  return <span ref={place}><Give of={of} table={table} disabled={disabled} /></span>;
}
