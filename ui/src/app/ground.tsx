// What every screen of a signed-in person stands on, with a frame around it or without: the plant's clock, its reasons, the page's title.
import { type ReactNode, useEffect } from "react";
import { useEquipment } from "@/app/equipment";
import { useTitle } from "@/app/title";
import { keepFocus } from "@/design/focus";
import { usePaperByDay } from "@/design/paper";
import { ToastPlace } from "@/design/toast";
import { useLinkState } from "@/live/live";
import { Conflict } from "@/outbox/conflict";
import { useOutboxPost } from "@/outbox/desk";
import { PlantClock } from "@/show/show";
import { useReasonTree } from "@/states/names";
import { useEquipmentPath } from "@/view/place";

export function Ground({ children, toasts = "bottom" }: { children: ReactNode; toasts?: "top" | "bottom" }) {
  useReasonTree();
  usePaperByDay();
  const link = useLinkState();
  const { map } = useEquipment();
  useTitle(map);
  const path = useEquipmentPath();
  const zone = (path ? map.byPath(path) : undefined)?.timezone ?? map.roots[0]?.timezone;
  useEffect(keepFocus, []);
  useEffect(() => void (document.documentElement.dataset["liveLink"] = link), [link]);
  useOutboxPost();
  return (
    <PlantClock value={zone}>
      {children}
      <Conflict />
      <ToastPlace at={toasts} />
    </PlantClock>
  );
}
