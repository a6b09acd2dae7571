// What is chosen in the dialog is what the server is asked for.
import { expect, it } from "vitest";
import { askedOf, type Aggregate, type Over } from "@/exports/sums";

it.each([
  ["every", { aggregates: "Minimum2,Count", every_s: 60 }],
  ["whole", { aggregates: "Minimum2,Count" }],
  ["jobs", { aggregates: "Minimum2,Count", over: "jobs", equipment: 7 }],
] as const)("over %s", (over: Over, asked) => expect(askedOf({ aggregates: ["Minimum2", "Count"] as Aggregate[], over }, { every: 60, equipment: 7 })).toEqual(asked));

it("asks for no occasions of nobody", () => expect(askedOf({ aggregates: ["Count"], over: "shifts" }, { every: 60, equipment: null })).toEqual({ aggregates: "Count" }));
