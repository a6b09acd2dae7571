// Of what a file is: the period on the plant's clock, the equipment, the moment of knowledge, and the address of the same view.
import { serverNowMs } from "@/api/client";
import type { Equipment } from "@/api/types";
import type { Cell, Table } from "@/giving/table";
import { words } from "@/giving/words";
import { zoned } from "@/show/format";
import { useZone } from "@/show/show";
import { useSearchText } from "@/view/search";
import { useWords } from "@/words/words";

type Moment = string | number;
/** `here`: null for what is of the whole plant. `start`, `end`: RFC 3339 or ms; left out where no period is shown. `readMs`: when what is shown was read, by this device's clock; now where it is left out. */
export interface Of { here: Equipment | null; start?: Moment | undefined; end?: Moment | undefined; readMs?: number | undefined; /** What it is compared with. */ before?: { start: string; end: string } | null }

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const msOf = (moment: Moment): number => (typeof moment === "number" ? moment : Date.parse(moment));

/** Every moment of a table on the plant's clock, with its offset: the same moment, to its last digit. */
export function onClock(table: Table, zone: string | undefined): Table {
  const cell = (said: Cell): Cell => {
    const found = typeof said === "string" ? MOMENT.exec(said) : null;
    return found ? zoned(Date.parse(found[0].replace(found[1] ?? "", "")), zone, found[1] ?? "") : said;
  };
  return { ...table, rows: table.rows.map((row) => row.map(cell)) };
}

export function useAbout(): (of: Of) => NonNullable<Table["about"]> {
  const say = useWords(words);
  const zone = useZone();
  const asked = useSearchText()["as_of"];
  return ({ here, start, end, readMs, before }) => {
    const clock = here?.timezone ?? zone;
    const behindMs = serverNowMs() - Date.now(); // of this device's clock
    const stretch = (from: Moment, to: Moment) => `${zoned(msOf(from), clock)} – ${zoned(msOf(to), clock)}`;
    const period = start !== undefined && end !== undefined ? stretch(start, end) : null;
    const known = asked ?? zoned((readMs ?? Date.now()) + behindMs, clock);
    return [
      ...(period ? [[say("period"), period] as const] : []),
      ...(before ? [[say("before"), stretch(before.start, before.end)] as const] : []),
      [say("zone"), clock ?? Intl.DateTimeFormat().resolvedOptions().timeZone],
      ...(here ? [[say("equipment"), here.path] as const] : []),
      ...(readMs === 0 ? [] : [[say("known"), known] as const]), // nothing was read yet
      [say("view"), location.href],
    ];
  };
}
