// The live overview of a line or an area: one tile per work unit, in the order in which the product passes.
import { lazy } from "react";
import type { Screen } from "@/app/screen";
import { navWords } from "@/screens/overview/words";

export const screen: Screen = {
  path: "/overview/$",
  frame: "plant",
  component: lazy(() => import("./page")),
  needs: "plant.view",
  nav: { words: navWords, icon: "overview", order: 10, to: "/overview" },
};
