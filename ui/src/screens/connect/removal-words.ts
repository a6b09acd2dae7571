// The words of taking a connection away.
import { defineWords } from "@/words/words";

export const removalWords = defineWords({
  en: { title: "Take {name} out of the plant?", close: "Close", keep: "Keep it", remove: "Take it out", removed: "{name} was taken out", undo: "Undo", takenBack: "Taken back" },
  de: { title: "{name} aus dem Werk nehmen?", close: "Schließen", keep: "Behalten", remove: "Herausnehmen", removed: "{name} ist herausgenommen", undo: "Rückgängig", takenBack: "Zurückgenommen" },
});
