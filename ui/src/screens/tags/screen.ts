// Every signal of the plant, or of the equipment in the address, live.
import { lazy } from "react";
import type { Screen } from "@/app/screen";
import { navWords } from "@/screens/tags/words";

export const screen: Screen = {
  path: "/tags/$",
  frame: "plant",
  component: lazy(() => import("./page")),
  nav: { words: navWords, icon: "signal", order: 25, to: "/tags", follows: "equipment" },
};
