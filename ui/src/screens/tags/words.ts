// The words of the tag table.
import { defineWords } from "@/words/words";

export const navWords = defineWords({ en: { nav: "Tags" }, de: { nav: "Signale" } });

export const words = defineWords({
  en: {
    title: "Tags", history: "Bring in a history …", choose: "Choose {tag} for a trend", trends: "Show {n} in a trend", of: "Tags of {name}", shown: "{shown} of {all}", find: "Find by name, equipment, address", connection: "Connection", quality: "Quality", anyConnection: "Every connection", anyQuality: "Every quality", kind: "Kind", anyKind: "Every kind", internal: "kept by Dovetail",
    property: "Name", equipment: "Equipment", value: "Value", ts: "Time", device: "Device time", address: "Address", none: "No tags", noneHint: "Bind tags to this equipment in the plant code.", noMatch: "No tag fits this filter", noMatchHint: "Take away a part of the filter, or look at the whole plant.", clear: "Clear the filter", whole: "Show the whole plant", gone: "This equipment is not there",
  },
  de: {
    title: "Signale", history: "Verlauf übernehmen …", choose: "{tag} für einen Verlauf wählen", trends: "{n} im Verlauf zeigen", of: "Signale von {name}", shown: "{shown} von {all}", find: "Suchen nach Name, Anlage, Adresse", connection: "Verbindung", quality: "Güte", anyConnection: "Alle Verbindungen", anyQuality: "Jede Güte", kind: "Art", anyKind: "Jede Art", internal: "von Dovetail geführt",
    property: "Name", equipment: "Anlage", value: "Wert", ts: "Zeit", device: "Gerätezeit", address: "Adresse", none: "Keine Signale", noneHint: "Binden Sie im Werkscode Signale an diese Anlage.", noMatch: "Kein Signal passt zu diesem Filter", noMatchHint: "Nehmen Sie einen Teil des Filters weg oder sehen Sie das ganze Werk an.", clear: "Filter aufheben", whole: "Ganzes Werk zeigen", gone: "Diese Anlage gibt es nicht",
  },
});
