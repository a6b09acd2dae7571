// The words about what was just done.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: { undo: "Undo", undone: "Taken back", notUndone: "That cannot be taken back any more" },
  de: { undo: "Rückgängig", undone: "Zurückgenommen", notUndone: "Das lässt sich nicht mehr zurücknehmen" },
});
