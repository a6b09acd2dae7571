// The andon: what a line does, on a display that is read from ten metres.
import { lazy } from "react";
import type { Screen } from "@/app/screen";
import { navWords } from "@/screens/andon/words";

export const screen: Screen = {
  path: "/andon/$",
  frame: "wall",
  component: lazy(() => import("./page")),
  needs: "plant.view",
  nav: { words: navWords, icon: "screen", order: 16, to: "/andon", follows: "equipment" },
};
