// Who may change calendars, and which of the equipment that keeps one is worth naming.
import { useMe } from "@/app/gate";
import type { Node } from "@/screens/calendars/api";

export const useMayEdit = (): boolean => useMe().permissions.system.includes("calendar.edit");

/** Of the equipment that keeps a calendar those whose parent does not: the rest inherits it. */
export function topmost<One extends Node>(nodes: readonly One[]): One[] {
  const paths = new Set(nodes.map((node) => node.path));
  return nodes.filter((node) => !paths.has(node.path.split("/").slice(0, -1).join("/")));
}
