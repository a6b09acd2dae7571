// A list of tags is brought in: how it was understood, what each row becomes, and one undo for all of it.
import { lazy } from "react";
import type { Screen } from "@/app/screen";

export const screen: Screen = { path: "/import-tags", frame: "plant", component: lazy(() => import("./page")), needs: "plant.edit" };
