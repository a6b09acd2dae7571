// The words of the list of what waits for a review.
import { defineWords } from "@/words/words";

export const navWords = defineWords({ en: { nav: "To review" }, de: { nav: "Zu prüfen" } });
export const words = defineWords({
  en: { title: "To review", hint: "More than a machine can make: nothing of it counts before somebody has decided.", nothing: "Nothing waits for you", nothingHint: "Entries of more pieces than the rate allows, and counters that jump, appear here.", summary: "Waiting for a decision: {n}", more: "The oldest {n} of each kind are shown." },
  de: { title: "Zu prüfen", hint: "Mehr, als eine Maschine kann: Nichts davon zählt, bevor jemand entschieden hat.", nothing: "Nichts wartet auf Sie", nothingHint: "Eingaben über mehr Stück, als die Leistung zulässt, und Zähler, die springen, erscheinen hier.", summary: "Warten auf eine Entscheidung: {n}", more: "Gezeigt sind je die ältesten {n}." },
});
