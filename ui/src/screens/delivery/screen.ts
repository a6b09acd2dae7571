// What became of every sample that was ever expected, and who stores what comes; for those who look after the installation.
import { lazy } from "react";
import type { Screen } from "@/app/screen";

export const screen: Screen = { path: "/installation/delivery", frame: "plant", component: lazy(() => import("./page")), needs: "system.manage" };
