// What the machines of a line did beside each other, looked through by hand and corrected where it was wrong.
import { lazy } from "react";
import type { Screen } from "@/app/screen";
import { navWords } from "@/screens/timeline/words";

export const screen: Screen = {
  path: "/timeline/$",
  frame: "plant",
  component: lazy(() => import("./page")),
  needs: "plant.view",
  nav: { words: navWords, icon: "lanes", order: 11.5, to: "/timeline", follows: "equipment" },
};
