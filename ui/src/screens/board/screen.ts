// The shift board: plan and actual of a line, hour by hour, as it hangs on the wall.
import { lazy } from "react";
import type { Screen } from "@/app/screen";
import { navWords } from "@/screens/board/words";

export const screen: Screen = {
  path: "/board/$",
  frame: "plant",
  component: lazy(() => import("./page")),
  nav: { words: navWords, icon: "board", order: 12, to: "/board", follows: "equipment" },
};
