// Who sees which page about the installation: who looks after it, and who writes the rules by which samples go.
import type { Me } from "@/api/types";
import { may } from "@/app/gate";

export const MANAGE = "system.manage";
export const RULES = "plant.edit";

export const PAGES = [
  { key: "health", to: "/installation", needs: MANAGE },
  { key: "delivery", to: "/installation/delivery", needs: MANAGE },
  { key: "copies", to: "/installation/copies", needs: MANAGE },
  { key: "retention", to: "/installation/retention", needs: RULES },
] as const;

export const pagesFor = (me: Me) => PAGES.filter(({ needs }) => may(me, needs));
