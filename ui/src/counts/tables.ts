// What waits for a review, or was reviewed, as a table that may leave the screen: entries and counter jumps, one below the other.
import type { HeldEntry, HeldJump } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { words } from "@/counts/words";
import type { Cell, Table } from "@/giving/table";
import { useReasonName } from "@/states/names";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const VERDICTS = { released: "released", rejected: "rejected", withdrawn: "withdrawnByOwn", accepted: "counted", dismissed: "dismissed" } as const;

export function useHeldTable(): (name: string, entries: readonly HeldEntry[], jumps: readonly HeldJump[]) => Table {
  const say = useWords(words);
  const language = useLanguage();
  const reasonName = useReasonName();
  const { map } = useEquipment();
  const of = (id: number): Cell[] => [map.byId(id)?.name ?? "", map.byId(id)?.path ?? ""];
  const decided = (one: HeldEntry | HeldJump): Cell[] => [one.decision === null ? say("undecided") : say(VERDICTS[one.decision]), one.decided_by, one.decided_at, one.why];
  return (name, entries, jumps) => ({
    name,
    head: [say("which"), "path", say("begin"), say("when"), say("good"), say("scrap"), say("rework"), say("infeed"), "made", "possible", say("counter"), "before", "after", "jump", say("cause"), say("reason"), say("comment"), say("by"), say("decision"), "decided_by", "decided_at", say("whyAsk")],
    rows: [
      ...entries.map((one): Cell[] => [...of(one.equipment_id), one.start, one.end, one.good, one.scrap, one.rework, one.infeed, one.made, one.possible, null, null, null, null, null, reasonName(one.reason) ?? null, one.comment, one.by, ...decided(one)]),
      ...jumps.map((one): Cell[] => [...of(one.equipment_id), one.start, one.end, null, null, null, null, null, null, one.counter, one.before, one.after, one.quantity, wordFor(words, language, one.cause), null, null, null, ...decided(one)]),
    ],
  });
}
