// What the stops of a list come from: of a month and less at once, of a longer period as far back as the list goes.
import { Progress } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { type Span, stopCausePagesQuery, stopCausesQuery } from "@/api/queries";
import type { Equipment, StopCause } from "@/api/types";
import css from "@/causes/causes.module.css";
import { words } from "@/causes/words";
import type { Known } from "@/knowing/known";
import { When } from "@/show/show";
import { isUnit } from "@/view/place";
import { useWords } from "@/words/words";

/** How far back of what was asked the causes are known; null: all that is shown has them. */
export interface Reached { since: string; share: number }
export interface Causes { byStop: ReadonlyMap<string, StopCause>; reached: Reached | null }
interface Asked { span: Span & Known; isLong: boolean; live: boolean; /** When the oldest stop of the list began. */ oldest: string | undefined }

/** The share of the way from the end of a period back to the oldest stop that is answered. */
export function shareOf(end: string, oldest: string, since: string): number {
  const [t1, t0, at] = [Date.parse(end), Date.parse(oldest), Date.parse(since)];
  return t1 > t0 ? Math.min(1, Math.max(0, (t1 - at) / (t1 - t0))) : 1;
}

/** What each stop comes from, where the equipment has a ledger; nothing while it is not known. */
export function useCauses(here: Equipment, { span, isLong, live, oldest }: Asked): Causes {
  const told = isUnit(here) || here.constraint !== null;
  const whole = useQuery({ ...stopCausesQuery(here.id, span), enabled: told && !isLong, placeholderData: keepPreviousData, refetchInterval: live ? 60_000 : false });
  const { data, error, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery({ ...stopCausePagesQuery(here.id, span), enabled: told && isLong && oldest !== undefined });
  const since = data?.pages.at(-1)?.since;
  const behind = isLong && since !== undefined && oldest !== undefined && hasNextPage && Date.parse(since) > Date.parse(oldest);
  useEffect(() => { if (behind && !isFetching && !error) void fetchNextPage(); }, [behind, isFetching, error, fetchNextPage]);
  const items = useMemo(() => (isLong ? data?.pages.flatMap((page) => page.items) : whole.data), [isLong, data, whole.data]);
  const byStop = useMemo(() => new Map(items?.map((one) => [one.stop_id, one])), [items]);
  const reached = behind && !error && since !== undefined && oldest !== undefined ? { since, share: shareOf(span.end, oldest, since) } : null;
  return { byStop, reached };
}

export function CausesReached({ reached }: { reached: Reached | null }) {
  const say = useWords(words);
  if (!reached) return null;
  return (
    <div role="status" className={css.reached} data-testid="causes-reached">
      <span className={css.quiet}>{say("reached")} <When at={reached.since} as="minute" /></span>
      <Progress value={reached.share * 100} size="sm" aria-label={say("reached")} />
    </div>
  );
}
