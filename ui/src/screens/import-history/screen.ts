// The history of another system is brought in: sent, looked at, matched with tags, stored.
import { lazy } from "react";
import type { Screen } from "@/app/screen";

export const screen: Screen = { path: "/import-history", frame: "plant", component: lazy(() => import("./page")), needs: "samples.correct" };
