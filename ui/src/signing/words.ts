// The words of signed shifts.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    sign: "Sign this shift", signHint: "Its figures then stand as they are known now. Late data does not move them, and nobody changes what happened in it until the signature is taken back.", comment: "Comment", commentHint: "Optional. What whoever reads these figures should know.",
    signed: "Signed by {name}, {time}", signedAbove: "Signed with {equipment} by {name}, {time}", stands: "What happened in this shift cannot be changed.", askReopen: "Whoever may reopen shifts takes the signature back; then it can be.",
    reopen: "Reopen", reopenTitle: "Take back the signature of {name}", reopenHint: "The figures then follow what is known now, and the shift can be corrected and signed again.", why: "Why", whyHint: "Kept for ever, beside your name and the signature.", reopened: "Reopened by {name}, {time}: {why}", unsigned: "Signature taken back by {name}, {time}",
    looking: "Looking what came since …", asSigned: "Nothing came since that would move it.", wouldBe: "{kpi} as signed {signed}, would come to {now} now", wouldBeBeside: "{kpi} stays {signed}; other figures would be others now", since: "What came since", sinceTitle: "What it would come to now", sinceHint: "What was signed stands. This is what its figures would be if it were reopened.", tooMany: "Too much came since to be told one by one.",
    didSign: "Signed: {shift}", didReopen: "Reopened: {shift}", cancel: "Cancel", close: "Close",
  },
  de: {
    sign: "Diese Schicht unterschreiben", signHint: "Ihre Zahlen gelten dann so, wie sie jetzt bekannt sind. Späte Daten ändern sie nicht, und niemand ändert, was in ihr geschah, bis die Unterschrift zurückgenommen ist.", comment: "Kommentar", commentHint: "Freiwillig. Was wissen sollte, wer diese Zahlen liest.",
    signed: "Unterschrieben von {name}, {time}", signedAbove: "Mit {equipment} unterschrieben von {name}, {time}", stands: "Was in dieser Schicht geschah, kann nicht geändert werden.", askReopen: "Wer Schichten wieder öffnen darf, nimmt die Unterschrift zurück; dann geht es.",
    reopen: "Wieder öffnen", reopenTitle: "Unterschrift von {name} zurücknehmen", reopenHint: "Die Zahlen folgen dann dem, was jetzt bekannt ist; die Schicht kann berichtigt und neu unterschrieben werden.", why: "Warum", whyHint: "Wird für immer aufbewahrt, neben Ihrem Namen und der Unterschrift.", reopened: "Wieder geöffnet von {name}, {time}: {why}", unsigned: "Unterschrift zurückgenommen von {name}, {time}",
    looking: "Was seither kam, wird gesucht …", asSigned: "Seither kam nichts, was sie bewegen würde.", wouldBe: "{kpi} unterschrieben {signed}, ergäbe jetzt {now}", wouldBeBeside: "{kpi} bleibt {signed}; andere Zahlen wären jetzt andere", since: "Was seither kam", sinceTitle: "Was sie jetzt ergäbe", sinceHint: "Was unterschrieben ist, gilt. Das hier wären die Zahlen, wenn sie wieder geöffnet würde.", tooMany: "Seither kam zu viel, um es einzeln zu sagen.",
    didSign: "Unterschrieben: {shift}", didReopen: "Wieder geöffnet: {shift}", cancel: "Abbrechen", close: "Schließen",
  },
});
