// Signals over time: many pens, moved by hand through minutes or years, with what the machines did behind them.
import { lazy } from "react";
import type { Screen } from "@/app/screen";
import { navWords } from "@/screens/trends/words";

export const screen: Screen = {
  path: "/trends",
  frame: "plant",
  component: lazy(() => import("./page")),
  needs: "plant.view",
  nav: { words: navWords, icon: "trend", order: 24, to: "/trends" },
};
