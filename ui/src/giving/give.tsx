// Hands out exactly what is shown: as CSV, as a workbook, or on paper.
import { Button, Menu } from "@mantine/core";
import { csvText, fileName, handOut, type Table } from "@/giving/table";
import { words } from "@/giving/words";
import { XLSX_TYPE, xlsxOf } from "@/giving/xlsx";
import { useWords } from "@/words/words";

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
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target><Button variant="default" size="sm" disabled={disabled} title={say("hint")} data-testid="give">{say("give")}</Button></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={csv} data-testid="give-csv">{say("csv")}</Menu.Item>
        <Menu.Item onClick={xlsx} data-testid="give-xlsx">{say("xlsx")}</Menu.Item>
        <Menu.Item onClick={() => print()} data-testid="give-print">{say("print")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
