// A cause in words: the reason of a machine's own stop, or in which other way it held the line up.
import type { Cause } from "@/api/types";
import { words } from "@/causes/words";
import { useReasonName } from "@/states/names";
import { useWords } from "@/words/words";

export function useCauseName(): (cause: Cause) => string {
  const say = useWords(words);
  const reasonName = useReasonName();
  return (cause) => (cause.role === "own" ? (reasonName(cause.reason) ?? say("noReason")) : say(cause.role));
}
