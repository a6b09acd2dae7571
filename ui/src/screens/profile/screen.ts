// Everybody's own account: language, appearance, password, where they are signed in, keys for programs.
import { lazy } from "react";
import type { Screen } from "@/app/screen";
import { navWords } from "@/screens/profile/words";

export const screen: Screen = {
  path: "/profile",
  frame: "plant",
  component: lazy(() => import("./page")),
  nav: { words: navWords, icon: "person", order: 90, to: "/profile", shown: () => false }, // reached by the menu; the words are the page's title
};
