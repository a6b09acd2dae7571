// Everything that is held and waits for whoever may review: entries by hand, and jumps of counters, of the whole plant.
import { useQuery } from "@tanstack/react-query";
import { lazy } from "react";
import { heldQuery } from "@/api/queries";
import type { Screen } from "@/app/screen";
import { useToMend } from "@/counts/to-mend";
import { navWords } from "@/screens/held/words";

export const screen: Screen = {
  path: "/held",
  frame: "plant",
  component: lazy(() => import("./page")),
  needs: "count.review",
  nav: { words: navWords, icon: "check", order: 12.5, to: "/held", useWaiting: () => (useQuery(heldQuery()).data?.waiting ?? 0) + useToMend() },
};
