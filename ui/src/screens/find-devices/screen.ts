// Looking for devices in a network that an administrator names.
import { lazy } from "react";
import type { Screen } from "@/app/screen";

export const screen: Screen = { path: "/find-devices", frame: "plant", component: lazy(() => import("./page")), needs: "system.manage" };
