// Whether the installation is well, and who can mend what is not; only for those who look after it.
import { lazy } from "react";
import type { Screen } from "@/app/screen";
import { navWords } from "@/screens/installation/words";

export const screen: Screen = {
  path: "/installation",
  frame: "plant",
  component: lazy(() => import("./page")),
  needs: "system.manage",
  nav: { words: navWords, icon: "server", order: 85, to: "/installation" },
};
