// How long samples stay, what is held, and what went; for those who write the rules.
import { lazy } from "react";
import type { Screen } from "@/app/screen";

export const screen: Screen = { path: "/installation/retention", frame: "plant", component: lazy(() => import("./page")), needs: "plant.edit" };
