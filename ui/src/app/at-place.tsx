// A screen of one place in the plant: without one in its address it leads to the first that has something to show.
import { Navigate } from "@tanstack/react-router";
import type { ComponentType } from "react";
import type { Equipment } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { words as noticeWords } from "@/design/words";
import { useEquipmentPath } from "@/view/place";
import { useWords } from "@/words/words";

interface Props { at: (path: string) => string; Shown: ComponentType<{ here: Equipment }>; waiting?: { lines: number; height: number } }

export function AtPlace({ at, Shown, waiting = { lines: 4, height: 80 } }: Props) {
  const say = useWords(noticeWords);
  const { map, isPending, error, refetch } = useEquipment();
  const path = useEquipmentPath();
  if (isPending) return <Waiting {...waiting} />;
  if (error) return <ProblemNotice error={error} onRetry={refetch} />;
  const first = map.roots[0];
  if (!path && first) return <Navigate to={at((map.groups(first)[0] ?? first).path)} replace />;
  const here = path ? map.byPath(path) : undefined;
  return here ? <Shown key={here.id} here={here} /> : <Empty title={say("missing")} hint={say("missingHint")} />;
}
