// Says what was done, with the way back while the message stands.
import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import { change } from "@/api/client";
import { words } from "@/told/words";
import { showToast } from "@/design/toast";
import { useWords } from "@/words/words";

/** `queryKey`: what is asked again once it is taken back; without one everything. `why`: the reason that is kept of taking it back. */
export function useTold(queryKey?: QueryKey, why?: string): (text: string, auditId: string | null) => void {
  const say = useWords(words);
  const queries = useQueryClient();
  const takeBack = useMutation({
    mutationFn: (audit: string) => change("POST", `/audit/${audit}/undo`, why ? { reason: why } : {}),
    onSuccess: () => {
      showToast({ text: say("undone") });
      void queries.invalidateQueries(queryKey ? { queryKey } : {});
    },
    onError: () => showToast({ text: say("notUndone"), tone: "warning" }),
  });
  return (text, auditId) => showToast({ text, ...(auditId ? { act: { label: say("undo"), run: () => takeBack.mutate(auditId) } } : {}) });
}
