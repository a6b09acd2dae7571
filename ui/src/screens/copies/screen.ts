// Where else all of this lies: backups, and copies of the site's samples; for those who look after the installation.
import { lazy } from "react";
import type { Screen } from "@/app/screen";

export const screen: Screen = { path: "/installation/copies", frame: "plant", component: lazy(() => import("./page")), needs: "system.manage" };
