// What a machine does now in the words of the floor: state, why, since when, and whether it is to blame.
import type { Equipment, StateNow } from "@/api/types";
import { useStateNow } from "@/states/live-state";
import { type Look, lookOf } from "@/states/look";
import { useReasonName, useStateName } from "@/states/names";
import { modeWords } from "@/states/words";
import { useLanguage } from "@/words/language";
import { wordFor } from "@/words/words";

export interface MachineNow {
  now: StateNow | undefined;
  look: Look | null;
  /** The state's name; null until something is known. */
  word: string | null;
  /** The reason, the state behind a word that stands for it, the mode where it is not production. */
  why: string;
  /** It waits for a neighbour: not its own fault. */
  external: boolean;
}

export function useMachineNow(equipment: Pick<Equipment, "id">): MachineNow {
  const language = useLanguage();
  const stateName = useStateName();
  const reasonName = useReasonName();
  const now = useStateNow(equipment.id);
  if (!now) return { now, look: null, word: null, why: "", external: false };
  const look = lookOf(now);
  const reason = reasonName(now.reason) ?? (look.word !== now.state ? stateName(now.state) : null);
  const mode = now.mode && now.mode !== "Production" ? wordFor(modeWords, language, now.mode) : null;
  return { now, look, word: stateName(look.word), why: [look.tone === "external" ? reason?.split(" · ").at(-1) : reason, mode].filter(Boolean).join(" · "), external: look.tone === "external" };
}
