// The shift board as it is shown, as a table that may leave it.
import type { BoardHour, BoardMade, ShiftBoard } from "@/api/types";
import type { Cell, Table } from "@/giving/table";
import { words } from "@/screens/board/words";
import { useReasonName } from "@/states/names";
import { useWords } from "@/words/words";

const made = (row: BoardMade): Cell[] => [row.planned, row.good, row.scrap, row.difference, row.oee, row.covered];

export function useBoardTable(): (board: ShiftBoard, name: string) => Table {
  const say = useWords(words);
  const reasonName = useReasonName();
  const why = ({ stops }: BoardHour) => stops.map(({ reason, minutes }) => `${reasonName(reason) ?? say("noReason")}: ${minutes}`).join("; ");
  return (board, name) => ({
    name: say("title", { name }),
    head: [say("hour"), "end", say("plan"), say("good"), say("scrap"), say("difference"), say("oee"), "covered", `${say("why")} (min)`],
    rows: [...board.hours.map((hour): Cell[] => [hour.start, hour.end, ...made(hour), why(hour)]), [say("total"), null, ...made(board.totals), null]],
  });
}
