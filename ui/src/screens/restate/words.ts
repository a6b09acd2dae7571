// The words of restatements: which definitions over which past, what moves, who did so and why.
import { defineWords } from "@/words/words";

export const navWords = defineWords({ en: { nav: "Restate" }, de: { nav: "Rückwirkend" } });

export const words = defineWords({
  en: {
    title: "Restate the past", why: "What is applied holds from now on, and the past keeps the definitions it had. Here definitions are laid over a stretch of time that is over: first it is told what would move, and nothing is written until you say why.",
    what: "Which past, by which definitions", sections: "Definitions", all: "All that differ", products: "Products and their rates", equipment: "Calendar and rate of equipment", states: "State rules and counters", calendars: "Calendars", reasons: "Reasons", conventions: "Conventions", targets: "Targets",
    version: "As they are", now: "now", ofVersion: "in plant version {n}", begin: "See what would move",
    running: "Working it out, {share}", failed: "It could not be worked out", lost: "This plan is not kept any more", lostHint: "The ten newest are kept until the server ends. Ask for it again.", none: "Nothing asked yet", noneHint: "Choose a time that is over, and see what the definitions of now would make of it.",
    found: "What would differ", same: "Nothing would change: these definitions held then", summary: "Definitions that would differ: {changes} · ledgers that would read otherwise: {n} of {all}", definition: "Definition", field: "What", from: "From", to: "To", was: "Was", would: "Would be",
    moved: "{time} would read otherwise", slices: "slices {was} → {would}", signed: "{n} shifts are signed and stand: what they would have come to is only shown", stands: "{shift} (signed, stands)", whole: "The whole time", more: "The first {n} of {all} shifts that differ.",
    apply: "Restate", applyTitle: "Restate {from} – {to}", applyHelp: "Definitions that will have held in this time: {n}. Signed shifts stand, figures as known before stay what they were, and it can be taken back.", reason: "Why", reasonHint: "Stays with it for ever.", cancel: "Cancel", close: "Close", done: "The past is told again",
    history: "Restatements", number: "No.", when: "Made", by: "By", period: "Time", which: "Definitions", reasonHead: "Why", state: "State", settled: "All figures follow", working: "Figures follow, {share}", undone: "Taken back by no. {n}", undoes: "Takes no. {n} back", undo: "Take back", undoTitle: "Take restatement {n} back", undoHelp: "The definitions that held before hold in this time again.", didUndo: "What was is told again", nothing: "Nothing was ever restated", older: "Older",
  },
  de: {
    title: "Vergangenheit neu bewerten", why: "Was angewendet wird, gilt ab jetzt, und die Vergangenheit behält ihre Definitionen. Hier werden Definitionen über eine vergangene Zeit gelegt: Zuerst steht da, was sich ändern würde, und nichts wird geschrieben, bevor Sie sagen, warum.",
    what: "Welche Zeit, nach welchen Definitionen", sections: "Definitionen", all: "Alle, die abweichen", products: "Produkte und ihre Sollraten", equipment: "Kalender und Sollrate der Anlagen", states: "Zustandsregeln und Zähler", calendars: "Kalender", reasons: "Gründe", conventions: "Konventionen", targets: "Ziele",
    version: "In der Fassung", now: "von jetzt", ofVersion: "der Werksversion {n}", begin: "Zeigen, was sich ändern würde",
    running: "Wird berechnet, {share}", failed: "Es ließ sich nicht berechnen", lost: "Dieser Plan wird nicht mehr aufbewahrt", lostHint: "Die zehn neuesten bleiben, bis der Server endet. Fragen Sie noch einmal.", none: "Noch nichts gefragt", noneHint: "Wählen Sie eine vergangene Zeit und sehen Sie, was die heutigen Definitionen aus ihr machen würden.",
    found: "Was anders wäre", same: "Nichts würde sich ändern: Diese Definitionen galten damals", summary: "Definitionen, die anders wären: {changes} · Bücher, die sich anders läsen: {n} von {all}", definition: "Definition", field: "Was", from: "Von", to: "Bis", was: "War", would: "Wäre",
    moved: "{time} läsen sich anders", slices: "Abschnitte {was} → {would}", signed: "{n} Schichten sind unterschrieben und stehen fest: Was aus ihnen geworden wäre, wird nur gezeigt", stands: "{shift} (unterschrieben, steht fest)", whole: "Der ganze Zeitraum", more: "Die ersten {n} von {all} Schichten, die abweichen.",
    apply: "Neu bewerten", applyTitle: "{from} – {to} neu bewerten", applyHelp: "Definitionen, die in dieser Zeit gegolten haben werden: {n}. Unterschriebene Schichten stehen fest, früher bekannte Zahlen bleiben, was sie waren, und es lässt sich zurücknehmen.", reason: "Warum", reasonHint: "Bleibt für immer dabei.", cancel: "Abbrechen", close: "Schließen", done: "Die Vergangenheit ist neu bewertet",
    history: "Neubewertungen", number: "Nr.", when: "Vorgenommen", by: "Von wem", period: "Zeitraum", which: "Definitionen", reasonHead: "Warum", state: "Stand", settled: "Alle Zahlen folgen", working: "Zahlen folgen, {share}", undone: "Zurückgenommen durch Nr. {n}", undoes: "Nimmt Nr. {n} zurück", undo: "Zurücknehmen", undoTitle: "Neubewertung {n} zurücknehmen", undoHelp: "Die Definitionen von vorher gelten in dieser Zeit wieder.", didUndo: "Es gilt wieder, was war", nothing: "Noch nie wurde etwas neu bewertet", older: "Ältere",
  },
});
