// What moved a figure, and what other definitions make of it, as tables that may leave the screen.
import type { Conventions, KpiChange } from "@/api/types";
import { changeWords, conventionWords } from "@/explain/words";
import type { Cell, Table } from "@/giving/table";
import { useReasonName } from "@/states/names";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const FACTORS = ["availability", "performance", "quality", "oee"] as const;

/** Each definition, and below it what each of its rules makes of the figures. */
export function useConventionTable(): (answer: Conventions) => Table {
  const say = useWords(conventionWords);
  const language = useLanguage();
  return ({ conventions }) => ({
    name: say("title"),
    head: [say("definition"), "key", say("rule"), ...FACTORS, say("difference"), "us", "pieces"],
    rows: conventions.flatMap((one): Cell[][] => [
      [one.name, one.id, null, ...FACTORS.map((name) => one[name]), one.difference, null, null],
      ...one.steps.map((step): Cell[] => [one.name, one.id, wordFor(conventionWords, language, `${step.key}Step`), ...FACTORS.map((name) => step[name]), null, step.us, step.pieces]),
    ]),
  });
}

/** The steps that moved a figure, in their order. */
export function useChangesTable(): (changes: readonly KpiChange[]) => Table {
  const say = useWords(changeWords);
  const language = useLanguage();
  const reasonName = useReasonName();
  const said = ({ reason, state, comment }: KpiChange["said"]) => [typeof reason === "string" ? reasonName(reason) : null, state, comment].filter((word) => typeof word === "string" && word !== "").join(" · ");
  return (changes) => ({
    name: say("title"),
    head: [say("at"), "known", say("what"), "key", say("said"), say("by"), say("why"), "path", "moved", say("points", { n: "±" })],
    rows: changes.map((one) => [one.at, one.known, wordFor(changeWords, language, one.kind), one.kind, said(one.said), one.by, one.why, one.equipment.join(" "), one.moves.map((move) => `${move.cls_before} > ${move.cls_after}: ${move.us / 1e6} s`).join("; "), one.contribution]),
  });
}
