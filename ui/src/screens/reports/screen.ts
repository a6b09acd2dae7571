// Reports that stay: figures of a period frozen under a name, opened as they were, compared with now.
import { lazy } from "react";
import type { Screen } from "@/app/screen";
import { navWords } from "@/screens/reports/words";

export const screen: Screen = {
  path: "/reports/$",
  frame: "plant",
  component: lazy(() => import("./page")),
  needs: "plant.view",
  nav: { words: navWords, icon: "copy", order: 13, to: "/reports", follows: "equipment" },
};
