// The words of stops and of answering them.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    needsReason: "Needs a reason", still: "still stands", planned: "planned", micro: "short", edited: "by {name}", evidenceChanged: "The signals changed since this was said", lastUsed: "Last used", suggested: "Suggested by the machine", allReasons: "All reasons", back: "Back", close: "Close",
    why: "Why did it stand?", whyOf: "{machine}, {time}", comment: "Comment", commentHint: "what the next person should know", saveComment: "Save comment", noReasons: "The plant code names no reasons", noReasonsHint: "Add reasons.yaml to the plant code.", takeAway: "Remove the reason", now: "Now: {reason}", history: "History of this stop", noHistory: "Nobody has said anything about it yet.", withdrawn: "taken back", superseded: "replaced", saidReason: "Reason: {reason}", saidComment: "Comment: {comment}",
  },
  de: {
    needsReason: "Braucht einen Grund", still: "steht noch", planned: "geplant", micro: "kurz", edited: "von {name}", evidenceChanged: "Die Signale haben sich seit dieser Angabe geändert", lastUsed: "Zuletzt verwendet", suggested: "Von der Maschine vorgeschlagen", allReasons: "Alle Gründe", back: "Zurück", close: "Schließen",
    why: "Warum stand sie?", whyOf: "{machine}, {time}", comment: "Kommentar", commentHint: "was der Nächste wissen sollte", saveComment: "Kommentar speichern", noReasons: "Der Werkscode nennt keine Gründe", noReasonsHint: "Ergänzen Sie reasons.yaml im Werkscode.", takeAway: "Grund entfernen", now: "Jetzt: {reason}", history: "Historie dieses Stopps", noHistory: "Noch hat niemand etwas dazu gesagt.", withdrawn: "zurückgenommen", superseded: "ersetzt", saidReason: "Grund: {reason}", saidComment: "Kommentar: {comment}",
  },
});
