// The words of codes that were scanned at the station.
import { defineWords } from "@/words/words";

export const scanWords = defineWords({
  en: { started: "{code}: {product} started", ended: "{code}: {product} ended", repeated: "{code} was read twice; once is enough", unknown: "Nobody knows {code}. Nothing was started; the code is on record.", refused: "{code} was not taken: {why}", held: "{code} is held: that shift is signed. Nothing was started; the code is on record.", notTaken: "{code} was not taken: {why}", kept: "{code} is kept here until the server answers", undone: "Taken back", notUndone: "{code} could not be taken back", undoKept: "{code} is taken back as soon as the server answers", undoIt: "Undo" },
  de: { started: "{code}: {product} gestartet", ended: "{code}: {product} beendet", repeated: "{code} wurde zweimal gelesen; einmal genügt", unknown: "Niemand kennt {code}. Nichts wurde gestartet; der Code ist aufgezeichnet.", refused: "{code} wurde nicht angenommen: {why}", held: "{code} ist zurückgehalten: Die Schicht ist unterschrieben. Nichts wurde gestartet; der Code ist aufgezeichnet.", notTaken: "{code} wurde nicht angenommen: {why}", kept: "{code} bleibt hier, bis der Server antwortet", undone: "Zurückgenommen", notUndone: "{code} ließ sich nicht zurücknehmen", undoKept: "{code} wird zurückgenommen, sobald der Server antwortet", undoIt: "Rückgängig" },
});
