// Who may enter, in which role, and when they were here last; only for those who look after people.
import { lazy } from "react";
import type { Screen } from "@/app/screen";
import { navWords } from "@/screens/people/words";

export const screen: Screen = {
  path: "/people",
  frame: "plant",
  component: lazy(() => import("./page")),
  needs: "person.manage",
  nav: { words: navWords, icon: "people", order: 80, to: "/people" },
};
