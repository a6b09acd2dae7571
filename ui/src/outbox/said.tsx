// How what was entered is named to a person: the same words in the toast, in the list of what waits, and in a conflict.
import { useCallback } from "react";
import { serverNowMs } from "@/api/client";
import { useEquipment } from "@/app/equipment";
import { showToast } from "@/design/toast";
import { asChange } from "@/explain/open";
import { useSubmit } from "@/outbox/desk";
import type { Command, Entry, Outcome } from "@/outbox/outbox";
import { words } from "@/outbox/words";
import { Go, unitOf } from "@/view/place";
import type { Search } from "@/view/search";
import { useWords } from "@/words/words";

const LABELS = ["reason", "comment", "bulk", "counts", "jobStart", "jobEnd", "handOver", "undo", "yielded", "jump", "heldEntry", "split", "merge", "edge", "state", "stateFrom", "acknowledge", "scan", "jobText"] as const;

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000; // of which a part may not have come in yet: it would stand beside the correction as time that went on
const CLOCKS_MS = 1_000; // by which this device's idea of the server's clock may be ahead

/** The machine's week with its OEE open, and what has moved it since a moment. */
const movedBy = (id: number, beforeMs: number) => {
  const end = Math.floor(beforeMs / MINUTE_MS - 1) * MINUTE_MS;
  const question = { key: "oee_index", equipmentId: id, start: new Date(end - 7 * DAY_MS).toISOString(), end: new Date(end).toISOString() };
  return { period: "7d", ...asChange(question), since: new Date(beforeMs).toISOString() } as Search;
};

interface Answered { held?: unknown; entry?: { held?: unknown } }
/** Whether the pieces of an answer wait for a review; those of a counter's reading are an entry within it. */
const heldIn = (answer: Answered | null) => answer?.held ?? answer?.entry?.held;

export function useEntryName(): (entry: Pick<Entry, "label" | "values">) => string {
  const say = useWords(words);
  return useCallback(({ label, values }) => say(LABELS.find((known) => known === label) ?? "other", values), [say]);
}

/** Submit commands in their order and say in a toast what became of them, with the way back where there is one. */
export function useDo(): (...commands: Command[]) => Promise<Outcome[]> {
  const say = useWords(words);
  const submit = useSubmit();
  const nameOf = useEntryName();
  const { map } = useEquipment();
  return useCallback(async (...commands) => {
    const outcomes: Outcome[] = [];
    const beforeMs = serverNowMs() - CLOCKS_MS;
    try {
      for (const command of commands) outcomes.push(await submit(command));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      showToast({ text: say("full"), tone: "warning" });
      return outcomes;
    }
    const [first, second, ...rest] = new Set(commands.map(nameOf));
    const what = [first, second, rest.length > 0 && `+${rest.length}`].filter(Boolean).join(" · ");
    const audits = outcomes.flatMap((outcome, n) => (outcome.kind === "sent" && outcome.auditId && commands[n]?.undo !== "none" ? [outcome.auditId] : []));
    const undo = async () => {
      const back = (audit: string): Command => ({ path: `/audit/${audit}/undo`, body: {}, label: "undo", values: { what } });
      const taken: Outcome[] = [];
      for (const audit of audits.reverse()) taken.push(await submit(back(audit)));
      const open = taken.find((outcome) => outcome.kind !== "sent");
      showToast(open ? { text: say(open.kind === "waiting" ? "kept" : "notTaken", { what: nameOf(back("")) }), tone: "warning" } : { text: say("undone") });
    };
    const isHeld = outcomes.some((outcome) => outcome.kind === "sent" && heldIn(outcome.result as Answered));
    const [moves, ...others] = new Set(commands.map((command) => command.moves));
    const unit = moves && others.length === 0 ? map.byPath(moves) : undefined;
    const onward = unit ? { onward: <Go to={unitOf(unit.path)} search={movedBy(unit.id, beforeMs)} testid="toast-onward">{say("moves")}</Go> } : {};
    if (outcomes.every((outcome) => outcome.kind === "sent")) showToast({ text: say(isHeld ? "held" : "saved", { what }), ...onward, ...(isHeld ? { tone: "warning" as const } : {}), ...(audits.length > 0 ? { act: { label: say("undoIt"), run: () => void undo() } } : {}) });
    else if (outcomes.some((outcome) => outcome.kind === "waiting")) showToast({ text: say("kept", { what }), tone: "warning" });
    else if (outcomes.some((outcome) => outcome.kind === "refused" && !outcome.problem.body.theirs)) showToast({ text: say("notTaken", { what }), tone: "warning" });
    else showToast(null); // what two people said is asked at once
    return outcomes;
  }, [submit, nameOf, say, map]);
}
