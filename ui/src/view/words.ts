// The words of the period chooser.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: { period: "Period", shift: "This shift", "last-shift": "Last shift", today: "Today", yesterday: "Yesterday", "24h": "24 h", "7d": "7 days", custom: "Custom", from: "From", to: "To", apply: "Show", order: "The end must lie after the start.", noShift: "No shift is running now", noLastShift: "No shift ended in the last days", noShiftHint: "Choose another period, or check the calendar of this equipment.", badRange: "This period has no length" },
  de: { period: "Zeitraum", shift: "Diese Schicht", "last-shift": "Letzte Schicht", today: "Heute", yesterday: "Gestern", "24h": "24 h", "7d": "7 Tage", custom: "Eigener", from: "Von", to: "Bis", apply: "Zeigen", order: "Das Ende muss nach dem Anfang liegen.", noShift: "Jetzt läuft keine Schicht", noLastShift: "In den letzten Tagen endete keine Schicht", noShiftHint: "Wählen Sie einen anderen Zeitraum oder prüfen Sie den Kalender dieser Anlage.", badRange: "Dieser Zeitraum hat keine Länge" },
});
