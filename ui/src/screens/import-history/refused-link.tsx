// The list of rows that became no sample, to be mended by.
import { addressOf } from "@/api/client";
import { faultsOf, type History } from "@/screens/import-history/api";
import { words } from "@/screens/import-history/words";
import { useWords } from "@/words/words";

export function RefusedLink({ one }: { one: History }) {
  const say = useWords(words);
  return faultsOf(one) === 0 ? null : <a className="link" href={addressOf(`/history-imports/${one.id}/refused`)} download={`${one.name}-refused.csv`} aria-label={say("listOf", { name: one.name })} data-testid="refused-list">{say("list")}</a>;
}
