// One signal: its value now, how far it may be believed, what it was, and where it is read.
import { lazy } from "react";
import type { Screen } from "@/app/screen";

export const screen: Screen = { path: "/tag/$", frame: "plant", component: lazy(() => import("./page")) };
