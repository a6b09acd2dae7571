// The virtual plant of the demo: jam a machine, free it, watch what the screens say. Only where there is one.
import { lazy } from "react";
import type { Screen } from "@/app/screen";
import { navWords } from "@/screens/virtual-plant/words";

export const screen: Screen = {
  path: "/virtual-plant",
  frame: "plant",
  component: lazy(() => import("./page")),
  needs: "sim.operate",
  nav: { words: navWords, icon: "plant", order: 30, to: "/virtual-plant", shown: (me) => me.demo },
};
