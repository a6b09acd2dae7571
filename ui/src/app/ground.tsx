// What every screen of a signed-in person stands on, with a frame around it or without: the plant's clock, its reasons, the page's title.
import { type ReactNode, useEffect } from "react";
import { useEquipment } from "@/app/equipment";
import { useTitle } from "@/app/title";
import { useLinkState } from "@/live/live";
import { PlantClock } from "@/show/show";
import { useReasonTree } from "@/states/names";
import { useEquipmentPath } from "@/view/place";

export function Ground({ children }: { children: ReactNode }) {
  useReasonTree();
  const link = useLinkState();
  const { map } = useEquipment();
  useTitle(map);
  const path = useEquipmentPath();
  const zone = (path ? map.byPath(path) : undefined)?.timezone ?? map.roots[0]?.timezone;
  useEffect(() => void (document.documentElement.dataset["liveLink"] = link), [link]);
  return <PlantClock value={zone}>{children}</PlantClock>;
}
