// Hands out exactly what is shown: as CSV, as a workbook, or on paper.
import { Button, Menu, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { flushSync } from "react-dom";
import { csvText, fileName, handOut, type Table } from "@/giving/table";
import { words } from "@/giving/words";
import { XLSX_TYPE, xlsxOf } from "@/giving/xlsx";
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

/** The table is made when somebody asks for it. */
export function Give({ table, disabled = false }: { table: () => Table; disabled?: boolean }) {
  const say = useWords(words);
  const csv = () => {
    const shown = table();
    handOut(fileName(shown, "csv"), csvText(shown), "text/csv;charset=utf-8");
  };
  const xlsx = () => {
    const shown = table();
    handOut(fileName(shown, "xlsx"), xlsxOf(shown), XLSX_TYPE);
  };
  const paper = usePaper();
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target><Button className="screen-only" variant="default" size="sm" disabled={disabled} title={say("hint")} data-testid="give">{say("give")}</Button></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={csv} data-testid="give-csv">{say("csv")}</Menu.Item>
        <Menu.Item onClick={xlsx} data-testid="give-xlsx">{say("xlsx")}</Menu.Item>
        <Menu.Item onClick={paper} data-testid="give-print">{say("print")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
