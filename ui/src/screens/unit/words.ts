// The words of the work unit page.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    tabs: "Details", losses: "Losses", kpis: "KPIs", stops: "Stops", counts: "Counts", cycles: "Cycle times", station: "Station", trend: "Trend", tags: "Signals", history: "Records", timeline: "Timeline",
    job: "Job", noJob: "No job is running", order: "Order {order}", lot: "Lot {lot}", rate: "{rate}/min", since: "since {start}", startJob: "Start job", endJob: "End", nextJob: "Change", undo: "Undo", started: "Job started", ended: "Job ended",
    product: "Product", productHint: "What is made from now on.", standardRate: "Standard rate, pieces per minute", rateHint: "Empty: the product's rate on this equipment.", jobOrder: "Job order", lotField: "Lot", optional: "optional", cancel: "Cancel", endsOther: "The job that runs now ends at the same moment.", noProducts: "The plant code names no products yet.",
    settled: "settled to {moment}", unrated: "{share} of the production time has no standard rate", pick: "Signal", noNumeric: "This equipment has no numeric signals", min: "Min", max: "Max", last: "Last",
    signal: "Signal", value: "Value", quality: "Quality", ts: "Time", deviceTs: "Device time", address: "Address", connection: "Connection", internal: "kept by Dovetail", noTags: "No signals", noTagsHint: "Bind tags to this equipment in the plant code.", filter: "Find a signal",
    state: "State", reason: "Reason", mode: "Mode", start: "Start", end: "End", duration: "Duration", source: "Source", rule: "Rule", person: "Person", now: "now", partial: "Part of the equipment is out of your sight.",
  },
  de: {
    tabs: "Einzelheiten", losses: "Verluste", kpis: "Kennzahlen", stops: "Stopps", counts: "Zählung", cycles: "Taktzeiten", station: "Station", trend: "Verlauf", tags: "Signale", history: "Sätze", timeline: "Zeitstrahl",
    job: "Auftrag", noJob: "Kein Auftrag läuft", order: "Auftrag {order}", lot: "Charge {lot}", rate: "{rate}/min", since: "seit {start}", startJob: "Auftrag starten", endJob: "Beenden", nextJob: "Wechseln", undo: "Rückgängig", started: "Auftrag gestartet", ended: "Auftrag beendet",
    product: "Produkt", productHint: "Was ab jetzt gefertigt wird.", standardRate: "Standardtakt, Stück pro Minute", rateHint: "Leer: der Takt des Produkts an dieser Anlage.", jobOrder: "Auftragsnummer", lotField: "Charge", optional: "optional", cancel: "Abbrechen", endsOther: "Der laufende Auftrag endet im selben Augenblick.", noProducts: "Der Werkscode nennt noch keine Produkte.",
    settled: "abgeschlossen bis {moment}", unrated: "{share} der Produktionszeit hat keinen Standardtakt", pick: "Signal", noNumeric: "Diese Anlage hat keine Zahlensignale", min: "Min", max: "Max", last: "Letzter",
    signal: "Signal", value: "Wert", quality: "Güte", ts: "Zeit", deviceTs: "Gerätezeit", address: "Adresse", connection: "Verbindung", internal: "von Dovetail geführt", noTags: "Keine Signale", noTagsHint: "Binden Sie im Werkscode Signale an diese Anlage.", filter: "Signal suchen",
    state: "Zustand", reason: "Grund", mode: "Betriebsart", start: "Anfang", end: "Ende", duration: "Dauer", source: "Quelle", rule: "Regel", person: "Person", now: "jetzt", partial: "Ein Teil der Anlagen liegt außerhalb Ihrer Sicht.",
  },
});
