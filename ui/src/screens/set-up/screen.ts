// The very first visit: whoever holds the one-time token from the server's console becomes the first person.
import { lazy } from "react";
import type { Screen } from "@/app/screen";

export const screen: Screen = { path: "/setup", frame: "bare", component: lazy(() => import("./page")) };
