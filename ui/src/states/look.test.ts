// Running must be calm, a fault must be red, a cut cable must look like neither.
import { describe, expect, it } from "vitest";
import { knowCategories, lookOf, type Shown } from "@/states/look";

const table: [shown: Shown, look: [tone: string, sign: string, word: string]][] = [
  [{ state: "Execute" }, ["normal", "run", "Execute"]],
  [{ state: "RUN" }, ["normal", "run", "RUN"]],
  [{ state: "Aborted", reason: "mechanical/jam" }, ["fault", "fault", "Aborted"]],
  [{ state: "Held", reason: "mechanical/jam" }, ["fault", "fault", "Held"]],
  [{ state: "Held", reason: "external/blocked", external: true }, ["external", "blocked", "BLOCKED"]],
  [{ state: "Suspended", reason: "external/starved", external: true }, ["external", "starved", "STARVED"]],
  [{ state: "STARVED", external: true }, ["external", "starved", "STARVED"]],
  [{ state: "Idle", external: true }, ["external", "wait", "Idle"]],
  [{ state: "Suspended" }, ["warning", "alert", "Suspended"]],
  [{ state: "Suspending" }, ["quiet", "wait", "Suspending"]],
  [{ state: "Unholding", reason: "mechanical/jam" }, ["quiet", "wait", "Unholding"]],
  [{ state: "Holding", reason: "mechanical/jam" }, ["fault", "fault", "Holding"]],
  [{ state: "Stopped" }, ["quiet", "stop", "Stopped"]],
  [{ state: "Stopped", cls: "ADET" }, ["warning", "alert", "Stopped"]],
  [{ state: "Stopped", reason: "mechanical/drive", cls: "ADET" }, ["fault", "fault", "Stopped"]],
  [{ state: "Held", cls: "NOT_PLANNED" }, ["quiet", "stop", "Held"]],
  [{ state: "CHANGEOVER" }, ["setup", "wrench", "CHANGEOVER"]],
  [{ state: "Stopped", reason: "setup/changeover" }, ["setup", "wrench", "Stopped"]],
  [{ state: "Execute", mode: "Maintenance" }, ["setup", "wrench", "Execute"]],
  [{ state: "Held", reason: "planned/cleaning" }, ["quiet", "stop", "Held"]],
  [{ state: "Held", reason: "organisational/no-material" }, ["warning", "alert", "Held"]],
  [{ state: "Held", reason: "line-care/grease" }, ["quiet", "stop", "Held"]],
  [{ state: "NO_DATA", external: false }, ["void", "cut", "NO_DATA"]],
  [{ state: "UNKNOWN" }, ["void", "unknown", "UNKNOWN"]],
];
knowCategories(new Map([["line-care/grease", "planned"]]));

describe("lookOf", () => {
  it.each(table)("%j is %j", (shown, [tone, sign, word]) => expect(lookOf(shown)).toEqual({ tone, sign, word }));
});
