// The station: the operator's screen at a machine or a line, for fingers in gloves and a glance in passing.
import { lazy } from "react";
import type { Screen } from "@/app/screen";
import { navWords } from "@/screens/station/words";

export const screen: Screen = {
  path: "/station/$",
  frame: "wall",
  component: lazy(() => import("./page")),
  nav: { words: navWords, icon: "hand", order: 14, to: "/station", follows: "equipment" },
};
