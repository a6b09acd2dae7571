// A formula is read in the reader's language; its signs, ISO's letters and the names of columns stay.
import { expect, it } from "vitest";
import { formulaIn } from "@/explain/formulas";

it.each([
  ["Availability · Effectiveness · Quality ratio", "Verfügbarkeit · Leistungsgrad · Qualitätsrate"],
  ["APT / PBT", "APT / PBT"],
  ["Σ good_observed over slices", "Σ good_observed über Abschnitte"],
  ["Σ good of its count records", "Σ gut seiner Zählsätze"],
  ["end − start, of jobs with a rate", "Ende − Anfang, von Aufträgen mit Takt"],
  ["12 case × 12 = 144", "12 case × 12 = 144"],
  ["many · mean + √many · (quantile − mean) of the stretches, by the job's share of the machine", "many · mean + √many · (quantile − mean) der Strecken, nach dem Anteil des Auftrags an der Maschine"],
])("%s", (formula, german) => {
  expect(formulaIn(formula, "de")).toBe(german);
  expect(formulaIn(formula, "en")).toBe(formula);
});
