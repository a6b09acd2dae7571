// The links to the controllers: up or down, since when, why, and how far their values hold.
import { lazy } from "react";
import type { Screen } from "@/app/screen";
import { navWords } from "@/screens/connections/words";

export const screen: Screen = {
  path: "/connections",
  frame: "plant",
  component: lazy(() => import("./page")),
  needs: "plant.view",
  nav: { words: navWords, icon: "plug", order: 20, to: "/connections" },
};
