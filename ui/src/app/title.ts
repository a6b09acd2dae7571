// What the browser's tab and history say: where in the plant a page looks.
import { useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import type { EquipmentMap } from "@/app/equipment";
import { screens } from "@/app/screen";
import { useEquipmentPath } from "@/view/place";
import { useLanguage } from "@/words/language";

const PRODUCT = "Dovetail";

/** The equipment where there is one, else the place in the navigation. */
export function useTitle(map: EquipmentMap): void {
  const language = useLanguage();
  const path = useEquipmentPath();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const place = screens.find(({ nav }) => nav && pathname.startsWith(nav.to))?.nav?.words[language].nav;
  const here = (path && map.byPath(path)?.name) || place;
  useEffect(() => {
    document.title = here ? `${here} – ${PRODUCT}` : PRODUCT;
    return () => void (document.title = PRODUCT);
  }, [here]);
}
