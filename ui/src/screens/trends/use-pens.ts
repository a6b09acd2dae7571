// What is known of the tags behind the pens: name, unit, kind, whose they are, and how far their connection's word holds.
import { useQueries, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { connectionsQuery, signalQuery } from "@/api/queries";
import type { Wiring } from "@/api/types";
import { useKnownMs, useTopicsWanted } from "@/live/live";
import { NUMERIC } from "@/signals/newest";
import type { Pen } from "@/trend/pens";

/** `tag` undefined: on its way, null: there is none, or none that this person may see. */
export interface KnownPen { pen: Pen; no: number; tag: Wiring | null | undefined; unit: string | null; kind: string }

export function usePens(pens: readonly Pen[]): readonly KnownPen[] {
  const queries = useMemo(() => pens.map((pen) => ({ ...signalQuery(pen.tag), staleTime: 60_000 })), [pens]);
  const answers = useQueries({ queries, combine: combined });
  const known = useMemo(() => pens.map((pen, i): KnownPen => {
    const tag = answers[i];
    return { pen, no: i + 1, tag, unit: tag?.unit ?? null, kind: tag?.kind ?? "f64" };
  }), [pens, answers]);
  const equipment = [...new Set(known.flatMap(({ tag }) => (tag ? [tag.equipment_id] : [])))];
  useTopicsWanted(equipment.map((id) => `tags/${id}`));
  return known;
}

const combined = (answers: readonly { data: Wiring | undefined; isError: boolean }[]): (Wiring | null | undefined)[] => answers.map(({ data, isError }) => data ?? (isError ? null : undefined));

/** Whether it can be drawn: a text has no curve. */
export const drawable = ({ tag }: KnownPen): boolean => Boolean(tag && NUMERIC.has(tag.kind));

/** How far a tag's last value may be held: to where its connection vouches for it; what Dovetail keeps itself, to now. */
export function useHoldsUntil(pens: readonly KnownPen[]): (tag: number) => number {
  const nowMs = useKnownMs();
  const { data } = useQuery({ ...connectionsQuery(), refetchInterval: 5_000 });
  const until = useMemo(() => {
    const links = new Map((data ?? []).map((link) => [link.name, link]));
    return new Map(pens.map(({ pen, tag }) => {
      const link = tag?.connection ? links.get(tag.connection) : undefined;
      return [pen.tag, link && !link.up && link.good_through ? Date.parse(link.good_through) : null];
    }));
  }, [data, pens]);
  return useCallback((tag) => until.get(tag) ?? nowMs, [until, nowMs]);
}
