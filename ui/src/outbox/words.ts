// The words of what waits to be sent.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    waiting: "Waiting to send: {n}", refused: "Not accepted: {n}", title: "Entries on this device", hint: "They are kept on this device and sent in order as soon as the server answers.", forPerson: "waits until {name} signs in here", waits: "waiting", close: "Close", retry: "Send again", discard: "Discard", discardSure: "Really discard",
    reason: "{machine}, {time}: {reason}", comment: "{machine}, {time}: comment", bulk: "{n} stops: {reason}", counts: "{machine}: {what}", jobStart: "Start {product} on {machine}", jobEnd: "End {product} on {machine}", handOver: "Hand over {product}", undo: "Take back: {what}", yielded: "yours is kept in the history", jump: "{machine}: counter jump {what}", other: "Entry",
    conflictTitle: "Somebody else answered this stop meanwhile", yours: "Your entry", theirs: "What stands there now", useMine: "Use mine", keepTheirs: "Keep theirs", by: "by {name}, {time}", noReason: "no reason", noComment: "no comment", nothingLost: "Nothing is lost: whatever you choose, both entries stay in the history.", saved: "Saved: {what}", kept: "Kept here until the server answers: {what}", full: "No more entries can be kept on this device", undone: "Taken back", undoIt: "Undo",
  },
  de: {
    waiting: "Wartet auf Senden: {n}", refused: "Nicht angenommen: {n}", title: "Eingaben auf diesem Gerät", hint: "Sie liegen auf diesem Gerät und werden der Reihe nach gesendet, sobald der Server antwortet.", forPerson: "wartet, bis sich {name} hier anmeldet", waits: "wartet", close: "Schließen", retry: "Erneut senden", discard: "Verwerfen", discardSure: "Wirklich verwerfen",
    reason: "{machine}, {time}: {reason}", comment: "{machine}, {time}: Kommentar", bulk: "{n} Stopps: {reason}", counts: "{machine}: {what}", jobStart: "{product} an {machine} starten", jobEnd: "{product} an {machine} beenden", handOver: "{product} übergeben", undo: "Zurücknehmen: {what}", yielded: "Ihre Eingabe steht in der Historie", jump: "{machine}: Zählersprung {what}", other: "Eingabe",
    conflictTitle: "Jemand anders hat diesen Stopp inzwischen beantwortet", yours: "Ihre Eingabe", theirs: "Was jetzt dort steht", useMine: "Meine nehmen", keepTheirs: "Andere behalten", by: "von {name}, {time}", noReason: "kein Grund", noComment: "kein Kommentar", nothingLost: "Nichts geht verloren: Wie Sie auch wählen, beide Eingaben bleiben in der Historie.", saved: "Gespeichert: {what}", kept: "Hier aufgehoben, bis der Server antwortet: {what}", full: "Auf diesem Gerät können keine weiteren Eingaben aufgehoben werden", undone: "Zurückgenommen", undoIt: "Rückgängig",
  },
});
