// The words of figures: names, losses, what stands beside them.
import { defineWords } from "@/words/words";

export const kpiWords = defineWords({
  en: { oee_index: "OEE", availability: "Availability", effectiveness: "Performance", quality_ratio: "Quality", teep: "TEEP", nee_index: "NEE" },
  de: { oee_index: "OEE", availability: "Verfügbarkeit", effectiveness: "Leistung", quality_ratio: "Qualität", teep: "TEEP", nee_index: "NEE" },
});

export const words = defineWords({
  en: {
    explain: "Explain {name}", coverage: "Data {share}", coverageHint: "Share of the planned time with data. Ratios count observed time only.", bounds: "between {low} and {high}",
    good: "Good", scrap: "Scrap", rework: "Rework", infeed: "Infeed", noValue: "No value: nothing to divide by yet.",
  },
  de: {
    explain: "{name} erklären", coverage: "Daten {share}", coverageHint: "Anteil der geplanten Zeit mit Daten. Verhältnisse zählen nur beobachtete Zeit.", bounds: "zwischen {low} und {high}",
    good: "Gut", scrap: "Ausschuss", rework: "Nacharbeit", infeed: "Einlauf", noValue: "Kein Wert: Es gibt noch nichts, wodurch zu teilen wäre.",
  },
});
