// One link to a controller: how it fares now, when it was down and why, and what hangs on it.
import { lazy } from "react";
import type { Screen } from "@/app/screen";

export const screen: Screen = { path: "/connection/$", frame: "plant", component: lazy(() => import("./page")) };
