// Whether what is shown of a signal was corrected, so that what was sent is laid beside it.
import { useQuery } from "@tanstack/react-query";
import { correctionsQuery } from "@/corrections/corrections";

/** Whether a correction that stands speaks of this stretch; of very many the newest are looked at. */
export function useCorrectedIn(tag: number, { t0, t1 }: { t0: number; t1: number }): boolean {
  const { data } = useQuery(correctionsQuery(tag));
  return data?.items.some((one) => one.undone === null && Date.parse(one.start) < t1 && Date.parse(one.end) > t0) ?? false;
}
