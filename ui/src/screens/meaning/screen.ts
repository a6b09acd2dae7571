// What a connection's signals mean: Dovetail's claims with their evidence, taken over or changed by a person.
import { lazy } from "react";
import type { Screen } from "@/app/screen";

export const screen: Screen = { path: "/meaning/$", frame: "plant", component: lazy(() => import("./page")), needs: "plant.edit" };
