// The reasons of a plant as one sheet: each with all it lies under, found by any of its words.
import type { OfferedReason } from "@/api/types";

/** What a tree of reasons has in common, of stops and of scrap. */
type Below = Pick<OfferedReason, "key" | "name"> & { children: readonly Below[] };

const GROUPS_MAX = 6; // what fits beside each other on a panel of 1024 × 768 …
const IN_GROUP_MAX = 4; // … and below each other; a larger tree is a sheet that scrolls

/** A child's key may be its last part or the whole path; what is sent is the whole path. */
export const keyOf = (reason: Below, above = ""): string => (above && !reason.key.startsWith(`${above}/`) ? `${above}/${reason.key}` : reason.key);
export const fitsFlat = (groups: readonly OfferedReason[]): boolean => groups.length <= GROUPS_MAX && groups.every((group) => group.children.length <= IN_GROUP_MAX && group.children.every((child) => child.children.length === 0));

/** `under`: the names between its group and itself, where the tree is deeper than two. */
export interface Leaf { key: string; name: string; under: string }
export interface Group { key: string; name: string; leaves: readonly Leaf[] }

function leavesOf(reason: Below, key: string, under: readonly string[]): Leaf[] {
  if (reason.children.length === 0) return [{ key, name: reason.name, under: under.join(" · ") }];
  return reason.children.flatMap((child) => leavesOf(child, keyOf(child, key), [...under, reason.name]));
}

/** Every reason that can be given, by its group; a group without children is one itself. */
export const groupsOf = (tree: readonly Below[]): Group[] =>
  tree.map((group) => ({ key: group.key, name: group.name, leaves: group.children.length === 0 ? leavesOf(group, group.key, []) : group.children.flatMap((child) => leavesOf(child, keyOf(child, group.key), [])) }));

const plain = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Those in which every word that was typed begins a word, of the reason or of what it lies under. */
export function found(groups: readonly Group[], typed: string): Group[] {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...groups];
  const fits = (group: Group, leaf: Leaf) => {
    const said = ` ${plain(`${group.name} ${leaf.under} ${leaf.name}`).replace(/[^\p{L}\p{N}]+/gu, " ")}`;
    return words.every((word) => said.includes(` ${word}`));
  };
  return groups.map((group) => ({ ...group, leaves: group.leaves.filter((leaf) => fits(group, leaf)) })).filter((group) => group.leaves.length > 0);
}
