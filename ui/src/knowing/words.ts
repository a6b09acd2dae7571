// The words of looking at what was known.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: { asKnown: "As known", asKnownAt: "As known: {known}", hint: "What was said, corrected or came later does not count.", now: "Now", at: "At a moment", show: "Show it as known then", note: "Shown as known at {known}: what was said, corrected or came later does not count. Nothing can be changed here.", back: "Back to now" },
  de: { asKnown: "Wissensstand", asKnownAt: "Wissensstand: {known}", hint: "Was später gesagt oder korrigiert wurde oder eintraf, zählt nicht.", now: "Jetzt", at: "Zu einem Zeitpunkt", show: "So zeigen, wie damals bekannt", note: "So gezeigt, wie bei {known} bekannt: was später gesagt oder korrigiert wurde oder eintraf, zählt nicht. Hier lässt sich nichts ändern.", back: "Zurück zu jetzt" },
});
