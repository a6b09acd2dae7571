// The names of reasons: the plant's own tree, and the two that the line's flow gives.
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";
import { reasonsQuery } from "@/api/queries";
import type { Reason } from "@/api/types";
import { may, useMe } from "@/app/gate";
import { knowCategories } from "@/states/look";
import { reasonWords, stateWords } from "@/states/words";
import { useLanguage } from "@/words/language";
import { wordFor } from "@/words/words";

/** Full key to name, `mechanical/jam` → `Mechanical · Jam`. A child's key may be its last part or the whole path. */
export function reasonNames(tree: readonly Reason[], above = "", aboveName = ""): Map<string, string> {
  const names = new Map<string, string>();
  for (const reason of tree) {
    const key = above && !reason.key.startsWith(`${above}/`) ? `${above}/${reason.key}` : reason.key;
    const name = aboveName ? `${aboveName} · ${reason.name}` : reason.name;
    names.set(key, name);
    for (const [below, belowName] of reasonNames(reason.children ?? [], key, name)) names.set(below, belowName);
  }
  return names;
}

/** Full key to category; a child without one of its own has its parent's. */
export function reasonCategories(tree: readonly Reason[], above = "", inherited = "other"): Map<string, string> {
  const categories = new Map<string, string>();
  for (const reason of tree) {
    const key = above && !reason.key.startsWith(`${above}/`) ? `${above}/${reason.key}` : reason.key;
    const category = reason.category || inherited;
    categories.set(key, category);
    for (const [below, belowCategory] of reasonCategories(reason.children ?? [], key, category)) categories.set(below, belowCategory);
  }
  return categories;
}

/** How many levels the reasons of the plant have. */
export function useReasonDepth(): number {
  const { data } = useQuery(reasonsQuery());
  const depth = (tree: readonly Reason[]): number => tree.reduce((most, reason) => Math.max(most, 1 + depth(reason.children ?? [])), 0);
  return depth(data ?? []);
}

/** Once, in the frame of the page: from then on a planned stop looks planned. */
export function useReasonTree(): void {
  const { data } = useQuery({ ...reasonsQuery(), enabled: may(useMe(), "plant.view") });
  useEffect(() => { if (data) knowCategories(reasonCategories(data)); }, [data]);
}

export function useReasonName(): (key: string | null | undefined) => string | null {
  const language = useLanguage();
  const { data } = useQuery(reasonsQuery());
  const names = useMemo(() => reasonNames(data ?? []), [data]);
  return useCallback((key) => (key ? (names.get(key) ?? wordFor(reasonWords, language, key)) : null), [names, language]);
}

export function useStateName(): (state: string) => string {
  const language = useLanguage();
  return useCallback((state) => wordFor(stateWords, language, state), [language]);
}
