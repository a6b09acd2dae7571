// The Pareto as it is shown, as a table: names, keys, and the period it is compared with.
import type { Equipment } from "@/api/types";
import type { Table } from "@/giving/table";
import { type Asked, type Bar, keyText, paired, type ParetoAnswer } from "@/losses/ask";
import { useKeyName } from "@/losses/names";
import { words } from "@/losses/words";
import { useWords } from "@/words/words";

const MINUTE_US = 60e6;

/** Slow running stands last: it is no part of what the shares are of, and nothing is compared. */
export const slowRow = (name: string, slow: Bar, compared: number): Table["rows"][number] => [name, keyText(slow), slow.us / MINUTE_US, slow.stops, slow.lost_units, null, null, ...Array.from({ length: compared }, () => null)];

export function useParetoTable(here: Equipment, asked: Asked): (now: ParetoAnswer, before: ParetoAnswer | undefined, slow?: Bar | null) => Table {
  const say = useWords(words);
  const nameOf = useKeyName();
  return (now, before, slow) => {
    const columns = [`${say("time")} (min)`, say("stops"), say("units")];
    const only = Object.entries(asked.only).map(([by, key]) => nameOf(by as "reason", key)).join(" ");
    return {
      name: `${say("export")} ${here.name} ${say(asked.by)} ${only}`,
      head: [say(asked.by), "key", ...columns, `${say("share")}`, say("cumulated"), ...(before ? columns.map((name) => `${say("was")}: ${name}`) : [])],
      rows: [...paired(now.items, before?.items ?? []).map(({ key, now: a, before: b }) => [
        nameOf(asked.by, key), keyText({ key }), a ? a.us / MINUTE_US : null, a?.stops ?? null, a?.lost_units ?? null, a?.share ?? null, a?.cumulated ?? null, ...(before ? [b ? b.us / MINUTE_US : null, b?.stops ?? null, b?.lost_units ?? null] : []),
      ]), ...(slow ? [slowRow(say("slow"), slow, before ? columns.length : 0)] : [])],
    };
  };
}
