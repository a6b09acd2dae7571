// The past told again by other definitions, for who may: what that would move, doing it, and taking it back.
import { lazy } from "react";
import type { Screen } from "@/app/screen";
import { navWords } from "@/screens/restate/words";

export const screen: Screen = {
  path: "/restate",
  frame: "plant",
  component: lazy(() => import("./page")),
  needs: "plant.restate",
  nav: { words: navWords, icon: "clock", order: 29, to: "/restate" },
};
