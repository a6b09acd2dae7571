// The words of figures: names, losses, what stands beside them.
import { defineWords } from "@/words/words";

export const kpiWords = defineWords({
  en: { oee_index: "OEE", availability: "Availability", effectiveness: "Performance", quality_ratio: "Quality", teep: "TEEP", nee_index: "NEE" },
  de: { oee_index: "OEE", availability: "Verfügbarkeit", effectiveness: "Leistung", quality_ratio: "Qualität", teep: "TEEP", nee_index: "NEE" },
});

export const words = defineWords({
  en: {
    explainIt: "Explain", coverage: "Data {share}", coverageHint: "Share of the planned time with data. Ratios count observed time only.", bounds: "between {low} and {high}",
    good: "Good", scrap: "Scrap", rework: "Rework", infeed: "Infeed", pieces: "{n} pcs", noValue: "No value: nothing to divide by yet.",
    untold: "No counter is assigned, and nobody entered any.", untoldFigure: "No value: no counter is assigned.", untoldScrap: "No counter of scrap is assigned: only scrap that people enter lowers this figure.", noCounterShort: "No counter is assigned.", noCounter: "Nothing counts the pieces of {name}: no counter is assigned. Without one, performance, quality and OEE stay unknown.", assign: "Assign a counter",
    shiftSpan: "{name}, {start} to {end}", noShift: "No shift is planned now",
    noConstraint: "The line shows no figures", noConstraintHint: "Name the unit that sets the pace as the line's constraint in the plant code.",
  },
  de: {
    explainIt: "Erklären", coverage: "Daten {share}", coverageHint: "Anteil der geplanten Zeit mit Daten. Verhältnisse zählen nur beobachtete Zeit.", bounds: "zwischen {low} und {high}",
    good: "Gut", scrap: "Ausschuss", rework: "Nacharbeit", infeed: "Einlauf", pieces: "{n} Stück", noValue: "Kein Wert: Es gibt noch nichts, wodurch zu teilen wäre.",
    untold: "Kein Zähler ist zugeordnet, und niemand hat Stück eingegeben.", untoldFigure: "Kein Wert: Es ist kein Zähler zugeordnet.", untoldScrap: "Kein Ausschusszähler ist zugeordnet: Nur eingegebener Ausschuss senkt diese Kennzahl.", noCounterShort: "Kein Zähler ist zugeordnet.", noCounter: "Nichts zählt die Stücke von {name}: Es ist kein Zähler zugeordnet. Ohne ihn bleiben Leistung, Qualität und OEE unbekannt.", assign: "Zähler zuordnen",
    shiftSpan: "{name}, {start} bis {end}", noShift: "Jetzt ist keine Schicht geplant",
    noConstraint: "Die Linie zeigt keine Kennzahlen", noConstraintHint: "Nennen Sie im Werkscode die taktgebende Einheit als Engpass (constraint) der Linie.",
  },
});

export const lossWords = defineWords({
  en: { elapsed: "Elapsed time", not_planned: "Not planned", planned_down: "Planned downtime", no_data: "No data", setup: "Set-up", delay: "Delay", delay_external: "Starved or blocked", down: "Down without a job", speed: "Reduced speed", quality: "Scrap and rework", production: "Production time", effective: "Effective time" },
  de: { elapsed: "Verstrichene Zeit", not_planned: "Nicht geplant", planned_down: "Geplanter Stillstand", no_data: "Keine Daten", setup: "Rüsten", delay: "Störung", delay_external: "Mangel oder Stau", down: "Stillstand ohne Auftrag", speed: "Tempoverlust", quality: "Ausschuss, Nacharbeit", production: "Produktionszeit", effective: "Wertschöpfende Zeit" },
});
