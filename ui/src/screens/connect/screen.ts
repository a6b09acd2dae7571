// Connecting a device by clicks: from the choice of its protocol to a machine whose values live.
import { lazy } from "react";
import type { Screen } from "@/app/screen";

export const screen: Screen = { path: "/connect", frame: "plant", component: lazy(() => import("./page")), needs: "plant.edit" };
