// What a period came to by product, shift, crew or any other word that tells time apart, beside the time before.
import { lazy } from "react";
import type { Screen } from "@/app/screen";
import { words } from "@/groups/words";

export const screen: Screen = {
  path: "/groups/$",
  frame: "plant",
  component: lazy(() => import("./page")),
  needs: "plant.view",
  nav: { words, icon: "groups", order: 11.75, to: "/groups", follows: "equipment" },
};
