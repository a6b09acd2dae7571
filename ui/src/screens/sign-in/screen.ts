// Signing in: with login and password, or at once by a one-time link that the server printed.
import { lazy } from "react";
import type { Screen } from "@/app/screen";

export const screen: Screen = { path: "/sign-in", frame: "bare", component: lazy(() => import("./page")) };
