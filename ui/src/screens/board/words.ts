// The words of the shift board.
import { defineWords } from "@/words/words";

export const navWords = defineWords({ en: { nav: "Shift board" }, de: { nav: "Schichttafel" } });

export const words = defineWords({
  en: {
    title: "Shift board: {name}", hour: "Hour", plan: "Plan", good: "Good", scrap: "Scrap", difference: "Difference", oee: "OEE", why: "What stood in the way", total: "Shift", previous: "Previous shift", next: "Next shift", now: "This shift", full: "Full screen", running: "running", soFar: "so far {n}", minutes: "{reason} {n} min", noReason: "without a reason", noShift: "No shift to show", noShiftHint: "Give this equipment a calendar in the plant code.", unknown: "Where a plan is missing", actual: "{good} of {plan}", behind: "behind", ahead: "ahead", explain: "Explain", noData: "no data", covered: "of {share} of the time",
  },
  de: {
    title: "Schichttafel: {name}", hour: "Stunde", plan: "Plan", good: "Gut", scrap: "Ausschuss", difference: "Abweichung", oee: "OEE", why: "Was im Weg stand", total: "Schicht", previous: "Vorige Schicht", next: "Nächste Schicht", now: "Diese Schicht", full: "Vollbild", running: "läuft", soFar: "bisher {n}", minutes: "{reason} {n} min", noReason: "ohne Grund", noShift: "Keine Schicht zu zeigen", noShiftHint: "Geben Sie dieser Anlage im Werkscode einen Kalender.", unknown: "Wo ein Plan fehlt", actual: "{good} von {plan}", behind: "im Rückstand", ahead: "im Vorsprung", explain: "Erklären", noData: "keine Daten", covered: "aus {share} der Zeit",
  },
});
