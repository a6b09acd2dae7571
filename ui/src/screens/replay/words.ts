// The words of replays: what is tried, how far it is, what would have changed.
import { defineWords } from "@/words/words";

export const navWords = defineWords({ en: { nav: "Replay" }, de: { nav: "Probelauf" } });

export const words = defineWords({
  en: {
    title: "Replay", why: "Recorded samples run through other plant code, in memory: what would have changed. Nothing is written, and the plant goes on running.",
    what: "What to try", equipment: "Equipment", all: "All equipment", files: "Plant code", filesHint: "The files that hold now. Change one here, or bring changed files; the others stay as they are.", bring: "Bring files", changed: "changed", added: "new", reset: "Take back", text: "Text of {file}", unread: "{file} could not be read.",
    begin: "Replay", nothingChanged: "No file is changed: the code that holds now is tried on a past that may have had another.", running: "Replaying, {share}", failed: "The replay ended with an error", lost: "This replay is not kept any more", lostHint: "The ten newest are kept until the server ends. Ask for it again.", none: "No replay yet", noneHint: "Choose a time, change a file, and look at what would have changed before it goes live.",
    found: "What would have changed", same: "Nothing would have changed", summary: "{n} of {all} would read otherwise · {samples} samples in {time}, {speed} × real time", notes: "Good to know",
    moved: "{time} would read otherwise", reclassed: "{time} in another class of time", pieces: "{n} pieces", slices: "slices {was} → {would}", held: "counter jumps that wait {was} → {would}",
    figure: "Figure", was: "Was", would: "Would be", whole: "The whole time", stretch: "From", lasts: "For", stretches: "Stretches that would read otherwise", more: "The longest {n} of {all}.", moreShifts: "The first {n} of {all} shifts that differ.", unknown: "nothing known",
  },
  de: {
    title: "Probelauf", why: "Aufgezeichnete Messwerte laufen im Speicher durch anderen Werkscode: was sich geändert hätte. Nichts wird geschrieben, und das Werk läuft weiter.",
    what: "Was probiert wird", equipment: "Anlage", all: "Alle Anlagen", files: "Werkscode", filesHint: "Die Dateien, die jetzt gelten. Ändern Sie eine hier oder bringen Sie geänderte Dateien mit; die anderen bleiben, wie sie sind.", bring: "Dateien mitbringen", changed: "geändert", added: "neu", reset: "Zurücknehmen", text: "Text von {file}", unread: "{file} ließ sich nicht lesen.",
    begin: "Probelauf starten", nothingChanged: "Keine Datei ist geändert: Der jetzt geltende Code wird an einer Vergangenheit probiert, die vielleicht einen anderen hatte.", running: "Läuft, {share}", failed: "Der Probelauf endete mit einem Fehler", lost: "Dieser Probelauf wird nicht mehr aufbewahrt", lostHint: "Die zehn neuesten bleiben, bis der Server endet. Starten Sie ihn noch einmal.", none: "Noch kein Probelauf", noneHint: "Wählen Sie eine Zeit, ändern Sie eine Datei und sehen Sie, was sich geändert hätte, bevor sie gilt.",
    found: "Was sich geändert hätte", same: "Nichts hätte sich geändert", summary: "{n} von {all} läsen sich anders · {samples} Messwerte in {time}, {speed}-fache Geschwindigkeit", notes: "Gut zu wissen",
    moved: "{time} läsen sich anders", reclassed: "{time} in einer anderen Zeitklasse", pieces: "{n} Stück", slices: "Abschnitte {was} → {would}", held: "wartende Zählersprünge {was} → {would}",
    figure: "Kennzahl", was: "War", would: "Wäre", whole: "Der ganze Zeitraum", stretch: "Von", lasts: "Dauer", stretches: "Stücke, die sich anders läsen", more: "Die längsten {n} von {all}.", moreShifts: "Die ersten {n} von {all} Schichten, die sich unterscheiden.", unknown: "nichts bekannt",
  },
});
