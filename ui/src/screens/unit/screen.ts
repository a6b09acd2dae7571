// One work unit: what it does, what it did, what it made, what it lost, and the signals behind all that.
import { lazy } from "react";
import type { Screen } from "@/app/screen";

export const screen: Screen = { path: "/unit/$", frame: "plant", component: lazy(() => import("./page")), needs: "plant.view" };
