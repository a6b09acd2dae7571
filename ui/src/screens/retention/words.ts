// The words of rules by which samples go, of holds, and of what went.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    help: "Samples go only by a rule of the plant code, and never while they are held or something signed rests on them. Here stands what is due, what is held and why, and all that ever went.",
    due: "What is due now", dueIn: "What will be due in", now: "now", days30: "30 days", days365: "a year", act: "What happens", archive: "goes to a file, and stays", drop: "goes", evict: "goes because the disk is full", rule: "Rule", month: "Month", start: "From", end: "To", tags: "Signals", samples: "Samples", size: "Size", spared: "Stays all the same", sparedHint: "held, or what was said of it still stands",
    nothingDue: "Nothing is due", nothingDueHint: "No sample is older than its rule allows.", trouble: "It does not go", sumDue: "{n} samples go, {bytes}; {spared} stay although their time is over.",
    rules: "Rules", holdsFor: "Holds for", dropAfter: "Goes after", archiveAfter: "To a file after", onFull: "When the disk is full", keep: "stays, and collecting waits", evictOldest: "the oldest go", days: "{n} days", noRules: "No rule is written: everything stays for ever", noRulesHint: "Write one under “retention:” in the plant code.",
    holds: "Holds", hold: "Hold samples", what: "What is held", why: "Why", by: "Who and when", standing: "holds", released: "ended {when} by {who}: {why}", release: "End the hold", noHolds: "Nothing is held", noHoldsHint: "A hold keeps samples of a period for a court, an auditor or a customer, whatever the rules say.",
    equipment: "Equipment, with all below", firstDay: "First day", lastDay: "Last day", did: "The samples are held", tookBack: "Taken back right away", didRelease: "The hold has ended", badPeriod: "The last day lies before the first.", releaseTitle: "End the hold of {what}?", releaseHint: "What it kept goes when its rule says so. Until then you can hold it again.",
    went: "What went", at: "When", files: "Files", nothingWent: "Nothing ever went", nothingWentHint: "No rule has let a sample go yet.", notDone: "not finished yet",
  },
  de: {
    help: "Messwerte gehen nur nach einer Regel im Anlagencode, und nie, solange sie festgehalten sind oder etwas Unterschriebenes auf ihnen ruht. Hier steht, was fällig ist, was warum festgehalten wird und was je gegangen ist.",
    due: "Was jetzt fällig ist", dueIn: "Was fällig sein wird in", now: "jetzt", days30: "30 Tagen", days365: "einem Jahr", act: "Was geschieht", archive: "geht in eine Datei und bleibt", drop: "geht", evict: "geht, weil die Festplatte voll ist", rule: "Regel", month: "Monat", start: "Von", end: "Bis", tags: "Signale", samples: "Messwerte", size: "Größe", spared: "Bleibt trotzdem", sparedHint: "festgehalten, oder was darüber gesagt wurde, gilt noch",
    nothingDue: "Nichts ist fällig", nothingDueHint: "Kein Messwert ist älter, als seine Regel erlaubt.", trouble: "Es geht nicht", sumDue: "{n} Messwerte gehen, {bytes}; {spared} bleiben, obwohl ihre Zeit vorbei ist.",
    rules: "Regeln", holdsFor: "Gilt für", dropAfter: "Geht nach", archiveAfter: "In eine Datei nach", onFull: "Wenn die Festplatte voll ist", keep: "bleibt, und das Erfassen wartet", evictOldest: "die ältesten gehen", days: "{n} Tagen", noRules: "Keine Regel ist geschrieben: alles bleibt für immer", noRulesHint: "Schreiben Sie eine unter „retention:“ im Anlagencode.",
    holds: "Festgehalten", hold: "Messwerte festhalten", what: "Was festgehalten wird", why: "Warum", by: "Wer und wann", standing: "gilt", released: "beendet {when} von {who}: {why}", release: "Beenden", noHolds: "Nichts ist festgehalten", noHoldsHint: "Festgehalten bleiben Messwerte eines Zeitraums für ein Gericht, eine Prüfung oder einen Kunden, was immer die Regeln sagen.",
    equipment: "Anlage, mit allem darunter", firstDay: "Erster Tag", lastDay: "Letzter Tag", did: "Die Messwerte sind festgehalten", tookBack: "Gleich wieder zurückgenommen", didRelease: "Das Festhalten ist beendet", badPeriod: "Der letzte Tag liegt vor dem ersten.", releaseTitle: "Festhalten von {what} beenden?", releaseHint: "Was dadurch blieb, geht, wenn seine Regel es sagt. Bis dahin können Sie es wieder festhalten.",
    went: "Was gegangen ist", at: "Wann", files: "Dateien", nothingWent: "Es ist nie etwas gegangen", nothingWentHint: "Noch keine Regel hat einen Messwert gehen lassen.", notDone: "noch nicht fertig",
  },
});
