// The stops of a line, an area or a machine: what stood, how long, why, and who said so.
import { lazy } from "react";
import type { Screen } from "@/app/screen";
import { navWords } from "@/screens/stops/words";

export const screen: Screen = {
  path: "/stops/$",
  frame: "plant",
  component: lazy(() => import("./page")),
  nav: { words: navWords, icon: "stop", order: 11, to: "/stops", follows: "equipment" },
};
