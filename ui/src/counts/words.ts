// The words of pieces entered by hand and of counter jumps that were held.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    title: "Enter pieces: {name}", which: "Machine", good: "Good", scrap: "Scrap", rework: "Rework", infeed: "Infeed", why: "Why is it scrap?", noWhy: "without a reason", lastUsed: "Last used", save: "Save", cancel: "Cancel", clear: "Clear", erase: "Erase", pad: "Number pad", goodN: "{n} good", scrapN: "{n} scrap", reworkN: "{n} rework", infeedN: "{n} infeed", more: "Other reasons",
    entries: "Pieces entered by hand", noEntries: "Nobody entered pieces in this period", noEntriesHint: "Operators enter good pieces and scrap at the station.", when: "When", pieces: "Pieces", reason: "Reason", by: "By", comment: "Comment", withdrawn: "taken back", withdraw: "Take back", withdrawSure: "Really take back",
    jumps: "Counter jumps that were held", noJumps: "No counter jumped in this period", noJumpsHint: "A counter movement that the machine cannot make is not counted until a person has looked at it.", counter: "Counter", fromTo: "{before} to {after}", cause: "Cause", accept: "Count it", dismiss: "Do not count it", whyAsk: "Why?", whyHint: "what was found out", accepted: "counted: {n}", dismissed: "not counted", decidedBy: "{name}, {time}", quantity: "Pieces to count", undecided: "waits for a decision", changed: "The signals changed since this was decided", gone: "Late samples explain it", whyGiven: "Why: {why}",
  },
  de: {
    title: "Stück eingeben: {name}", which: "Maschine", good: "Gut", scrap: "Ausschuss", rework: "Nacharbeit", infeed: "Einlauf", why: "Warum ist es Ausschuss?", noWhy: "ohne Grund", lastUsed: "Zuletzt verwendet", save: "Speichern", cancel: "Abbrechen", clear: "Leeren", erase: "Löschen", pad: "Zahlenfeld", goodN: "{n} gut", scrapN: "{n} Ausschuss", reworkN: "{n} Nacharbeit", infeedN: "{n} Einlauf", more: "Andere Gründe",
    entries: "Von Hand eingegebene Stück", noEntries: "In diesem Zeitraum gab niemand Stück ein", noEntriesHint: "Bediener geben Gutstücke und Ausschuss an der Station ein.", when: "Wann", pieces: "Stück", reason: "Grund", by: "Von", comment: "Kommentar", withdrawn: "zurückgenommen", withdraw: "Zurücknehmen", withdrawSure: "Wirklich zurücknehmen",
    jumps: "Zurückgehaltene Zählersprünge", noJumps: "In diesem Zeitraum sprang kein Zähler", noJumpsHint: "Eine Zählerbewegung, die die Maschine nicht machen kann, zählt erst, wenn eine Person sie angesehen hat.", counter: "Zähler", fromTo: "{before} auf {after}", cause: "Ursache", accept: "Zählen", dismiss: "Nicht zählen", whyAsk: "Warum?", whyHint: "was sich herausgestellt hat", accepted: "gezählt: {n}", dismissed: "nicht gezählt", decidedBy: "{name}, {time}", quantity: "Zu zählende Stück", undecided: "wartet auf eine Entscheidung", changed: "Die Signale haben sich seit der Entscheidung geändert", gone: "Späte Messwerte erklären ihn", whyGiven: "Warum: {why}",
  },
});
