// The words of exports.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    export: "Export …", title: "Signals as a file", many: "{n} signals", one: "One signal", tooMany: "At most {n} signals go into one file: narrow the list down.", from: "From", to: "To", order: "The end must lie after the start.",
    format: "File", csv: "CSV", xlsx: "Excel", parquet: "Parquet", shape: "One row for", long: "every sample", wide: "every point in time", longHint: "As stored, with quality and the device’s own time; signal by signal.", wideHint: "All signals side by side with the value that held then; empty where there was none.", every: "Seconds from row to row",
    zone: "Times in", plant: "the plant’s time", utc: "UTC", make: "Write the file", close: "Close", mine: "Your exports", none: "None yet", noneHint: "A file is kept for a week, for you alone.",
    running: "{share} % written", done: "{rows} rows, {size}", failed: "Failed", cancelled: "Given up", lost: "Lost: the server was stopped", download: "Download", downloadOf: "Download {name}", giveUp: "Give up", giveUpOf: "Give up {name}", remove: "Remove", removeOf: "Remove {name}", until: "Kept until", asKnown: "As known", now: "now", sent: "as sent", at: "at a moment", then: "as shown: {known}", knownAt: "Moment", knownHint: "What was corrected later does not count in the file.", sentHint: "Without any correction.", missing: "of its time went by retention rules: {n} samples", wasSent: "as sent", wasKnown: "as known at № {known}", begun: "It is being written. You may close this and come back.",
  },
  de: {
    export: "Ausgeben …", title: "Signale als Datei", many: "{n} Signale", one: "Ein Signal", tooMany: "Höchstens {n} Signale passen in eine Datei: grenzen Sie die Liste ein.", from: "Von", to: "Bis", order: "Das Ende muss nach dem Anfang liegen.",
    format: "Datei", csv: "CSV", xlsx: "Excel", parquet: "Parquet", shape: "Eine Zeile für", long: "jeden Messwert", wide: "jeden Zeitpunkt", longHint: "Wie gespeichert, mit Güte und der Zeit des Geräts; Signal für Signal.", wideHint: "Alle Signale nebeneinander mit dem Wert, der dann galt; leer, wo keiner war.", every: "Sekunden von Zeile zu Zeile",
    zone: "Zeiten in", plant: "Zeit des Werks", utc: "UTC", make: "Datei schreiben", close: "Schließen", mine: "Ihre Ausgaben", none: "Noch keine", noneHint: "Eine Datei wird eine Woche lang nur für Sie aufbewahrt.",
    running: "{share} % geschrieben", done: "{rows} Zeilen, {size}", failed: "Fehlgeschlagen", cancelled: "Abgebrochen", lost: "Verloren: der Server wurde angehalten", download: "Herunterladen", downloadOf: "{name} herunterladen", giveUp: "Abbrechen", giveUpOf: "{name} abbrechen", remove: "Entfernen", removeOf: "{name} entfernen", until: "Aufbewahrt bis", asKnown: "Wissensstand", now: "jetzt", sent: "wie gesendet", at: "zu einem Zeitpunkt", then: "wie gezeigt: {known}", knownAt: "Zeitpunkt", knownHint: "Was später korrigiert wurde, zählt in der Datei nicht.", sentHint: "Ohne jede Korrektur.", missing: "aus seiner Zeit nach Aufbewahrungsregeln entfernt: {n} Messwerte", wasSent: "wie gesendet", wasKnown: "wie bekannt bei № {known}", begun: "Die Datei wird geschrieben. Sie können schließen und wiederkommen.",
  },
});
