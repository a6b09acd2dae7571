// Where the time of a period went and what cost most: the waterfall, the Pareto with its drill, and what lies under a bar.
import { lazy } from "react";
import type { Screen } from "@/app/screen";
import { navWords } from "@/screens/losses/words";

export const screen: Screen = {
  path: "/losses/$",
  frame: "plant",
  component: lazy(() => import("./page")),
  needs: "plant.view",
  nav: { words: navWords, icon: "pareto", order: 11.7, to: "/losses", follows: "equipment" },
};
