// A line's own page: its machines in flow order, what holds them up, and the line's figures.
import { lazy } from "react";
import type { Screen } from "@/app/screen";

export const screen: Screen = { path: "/line/$", frame: "plant", component: lazy(() => import("./page")), needs: "plant.view" };
