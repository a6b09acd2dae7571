// Trying new plant code on what really happened, before it goes live; for those who write it.
import { lazy } from "react";
import type { Screen } from "@/app/screen";
import { navWords } from "@/screens/replay/words";

export const screen: Screen = {
  path: "/replay",
  frame: "plant",
  component: lazy(() => import("./page")),
  needs: "plant.edit",
  nav: { words: navWords, icon: "undo", order: 28, to: "/replay" },
};
