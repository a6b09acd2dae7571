// When the plant means to work: shifts, crews, holidays and exceptions, to look at and to change.
import { lazy } from "react";
import type { Screen } from "@/app/screen";
import { navWords } from "@/screens/calendars/words";

export const screen: Screen = {
  path: "/calendars",
  frame: "plant",
  component: lazy(() => import("./page")),
  nav: { words: navWords, icon: "calendar", order: 15, to: "/calendars" },
};
