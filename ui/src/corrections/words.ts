// The words of corrections.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    corrections: "Corrections", correct: "Correct …", correctOne: "Correct the sample of {ts}", correctSpan: "Correct {tag} from A to B …", none: "Nothing was corrected", noneHint: "What the signal said stands as it was sent.", close: "Close",
    title: "Correct {tag}", what: "What was wrong", amend: "Values were wrong", delete: "Samples do not belong here", insert: "A sample is missing", how: "They were", value: "This value", scale: "Scaled or shifted", quality: "Worth this much", from: "From", to: "To, not included", at: "At", order: "The end must lie after the start.",
    valueOf: "Value", scaleOf: "Times", offsetOf: "plus", qualityOf: "Quality", good: "good", uncertain: "in doubt", bad: "bad, no value", true: "yes", false: "no", reason: "Reason", reasonHint: "Kept with your name, for everybody who sees the signal.", save: "Correct",
    count: "Samples that stand there now: {n}", firsts: "The first of them:", before: "Now", after: "After", gone: "not there", added: "not there", nothing: "No sample stands there now. What comes late for this time is corrected in the same way.", kept: "What was sent is kept and can be brought back.",
    wholeAmend: "{n} given samples in place of those that were sent", isValue: "all have the value {value}", isScaled: "value × {scale} + {offset}", isQuality: "quality: {quality}", isDeleted: "left out", isInserted: "{n} added", by: "By {name}", under: "samples beneath: {n}", cameAfter: "came since and corrected in the same way: {n}",
    undo: "Take back …", undoTitle: "Take this correction back", undoHint: "What lay beneath it stands again, with every figure that follows from it.", takeBack: "Take back", undone: "Taken back by {name}", why: "Why", show: "Before and after", more: "Older ones", saved: "{tag} is corrected. What follows from it is worked out anew.", takenBack: "The correction is taken back.",
  },
  de: {
    corrections: "Korrekturen", correct: "Korrigieren …", correctOne: "Den Messwert von {ts} korrigieren", correctSpan: "{tag} von A bis B korrigieren …", none: "Nichts wurde korrigiert", noneHint: "Was das Signal meldete, gilt, wie es gesendet wurde.", close: "Schließen",
    title: "{tag} korrigieren", what: "Was falsch war", amend: "Werte waren falsch", delete: "Messwerte gehören nicht hierher", insert: "Ein Messwert fehlt", how: "Richtig war", value: "Dieser Wert", scale: "Umgerechnet", quality: "Diese Güte", from: "Von", to: "Bis, ausschließlich", at: "Um", order: "Das Ende muss nach dem Anfang liegen.",
    valueOf: "Wert", scaleOf: "Mal", offsetOf: "plus", qualityOf: "Güte", good: "gut", uncertain: "zweifelhaft", bad: "schlecht, kein Wert", true: "ja", false: "nein", reason: "Begründung", reasonHint: "Wird mit Ihrem Namen aufbewahrt, für alle, die das Signal sehen.", save: "So korrigieren",
    count: "Messwerte, die dort jetzt gelten: {n}", firsts: "Die ersten davon:", before: "Jetzt", after: "Danach", gone: "nicht da", added: "nicht da", nothing: "Dort gilt jetzt kein Messwert. Was für diese Zeit später kommt, wird ebenso korrigiert.", kept: "Was gesendet wurde, bleibt und lässt sich zurückholen.",
    wholeAmend: "{n} angegebene Messwerte anstelle der gesendeten", isValue: "alle haben den Wert {value}", isScaled: "Wert × {scale} + {offset}", isQuality: "Güte: {quality}", isDeleted: "weggelassen", isInserted: "{n} ergänzt", by: "Von {name}", under: "Messwerte darunter: {n}", cameAfter: "seither gekommen und ebenso korrigiert: {n}",
    undo: "Zurücknehmen …", undoTitle: "Diese Korrektur zurücknehmen", undoHint: "Was darunter lag, gilt wieder, mit jeder Kennzahl, die daraus folgt.", takeBack: "Zurücknehmen bestätigen", undone: "Zurückgenommen von {name}", why: "Warum", show: "Vorher und nachher", more: "Ältere", saved: "{tag} ist korrigiert. Was daraus folgt, wird neu berechnet.", takenBack: "Die Korrektur ist zurückgenommen.",
  },
});
