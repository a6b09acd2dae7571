// The words of losses: the bars wherever they stand, and the page that divides and compares them.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    title: "Losses: {name}", waterfall: "Where the time went", before: "Before: {period}", pareto: "What cost most", by: "Put down to", measure: "Measured in", compare: "Compare", compareNone: "With nothing", comparePrevious: "With the time before", compareWeek: "With a week earlier", planned: "With planned down time",
    level: "Reasons", level1: "Main groups", level2: "Groups", levelAll: "One by one", deeper: "what lies below it",
    reason: "Reason", product: "Product", shift: "Shift", crew: "Crew", equipment: "Machine", minutes: "Time", count: "Stops", lost_units: "Pieces",
    lostOf: "lost of", planned_for: "planned for production", unassigned: "{share} of it has no reason", noData: "without data",
    none_reason: "No reason", none_product: "No product", none_shift: "No shift", none_crew: "No crew", none_equipment: "–",
    value: "Lost", share: "Share", cumulated: "Cumulated", stops: "Stops", time: "Time", units: "Pieces", was: "Before", change: "Change", unrated: "No rate is known of {time} of it", unratedAll: "No standard rate is known",
    filters: "Only", removeFilter: "Without this restriction: {name}", drill: "Divide by", divide: "Divide and compare", under: "Under it: {name}", nothing: "Nothing was lost", nothingHint: "No planned time was lost in this period, as far as is known.", noUnits: "No figures here", choose: "Choose a bar to see what it sums, and to divide it further.",
    start: "Start", duration: "Duration", state: "State", goes: "goes on", timeline: "Timeline", explain: "Explain", shown: "The first {n} are shown; the export holds all.", partial: "Some machines are out of your sight.", list: "Stretches of lost time", slow: "Slow running, beside them", slowHint: "It ran, only too slowly: no lost time of the bars above, but part of the speed loss. Below it stands stretch by stretch.", export: "Losses", help: "A stop counts where it begins. Lost pieces are the time times the standard rate that held then.",
  },
  de: {
    title: "Verluste: {name}", waterfall: "Wohin die Zeit ging", before: "Davor: {period}", pareto: "Was am meisten kostete", by: "Aufgeteilt nach", measure: "Gemessen in", compare: "Vergleich", compareNone: "Mit nichts", comparePrevious: "Mit der Zeit davor", compareWeek: "Mit einer Woche früher", planned: "Mit geplantem Stillstand",
    level: "Gründe", level1: "Hauptgruppen", level2: "Gruppen", levelAll: "Einzeln", deeper: "was darunter liegt",
    reason: "Grund", product: "Produkt", shift: "Schicht", crew: "Mannschaft", equipment: "Maschine", minutes: "Zeit", count: "Stopps", lost_units: "Stück",
    lostOf: "verloren von", planned_for: "zur Produktion geplanter Zeit", unassigned: "{share} davon haben keinen Grund", noData: "ohne Daten",
    none_reason: "Kein Grund", none_product: "Kein Produkt", none_shift: "Keine Schicht", none_crew: "Keine Mannschaft", none_equipment: "–",
    value: "Verloren", share: "Anteil", cumulated: "Aufgelaufen", stops: "Stopps", time: "Zeit", units: "Stück", was: "Davor", change: "Änderung", unrated: "Für {time} davon ist kein Takt bekannt", unratedAll: "Kein Standardtakt ist bekannt",
    filters: "Nur", removeFilter: "Ohne diese Einschränkung: {name}", drill: "Weiter aufteilen nach", divide: "Aufteilen und vergleichen", under: "Darunter: {name}", nothing: "Nichts ging verloren", nothingHint: "In diesem Zeitraum ging keine geplante Zeit verloren, soweit bekannt.", noUnits: "Hier gibt es keine Kennzahlen", choose: "Wählen Sie einen Balken, um zu sehen, woraus er besteht, und ihn weiter aufzuteilen.",
    start: "Anfang", duration: "Dauer", state: "Zustand", goes: "dauert an", timeline: "Zeitstrahl", explain: "Erklären", shown: "Die ersten {n} sind gezeigt; die Ausgabe enthält alle.", partial: "Manche Maschinen dürfen Sie nicht sehen.", list: "Abschnitte verlorener Zeit", slow: "Langsamer Lauf, daneben", slowHint: "Sie lief, nur zu langsam: keine verlorene Zeit der Balken darüber, aber ein Teil des Tempoverlusts. Unten steht es Abschnitt für Abschnitt.", export: "Verluste", help: "Ein Stopp zählt, wo er beginnt. Verlorene Stück sind die Zeit mal den Standardtakt, der damals galt.",
  },
});
