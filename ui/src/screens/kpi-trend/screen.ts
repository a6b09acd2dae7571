// How a KPI went: shift by shift, day by day, week by week, beside its target and the time before.
import { lazy } from "react";
import type { Screen } from "@/app/screen";
import { navWords } from "@/screens/kpi-trend/words";

export const screen: Screen = {
  path: "/kpi-trend/$",
  frame: "plant",
  component: lazy(() => import("./page")),
  needs: "plant.view",
  nav: { words: navWords, icon: "course", order: 11.8, to: "/kpi-trend", follows: "equipment" },
};
