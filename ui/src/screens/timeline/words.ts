// The words of the timeline of a line and of correcting it.
import { defineWords } from "@/words/words";

export const navWords = defineWords({ en: { nav: "Timeline" }, de: { nav: "Zeitstrahl" } });

export const words = defineWords({
  en: {
    title: "Timeline: {name}", field: "States of the machines over time",
    how: "Left and right go from segment to segment, up and down to another machine, plus and minus zoom, page up and page down move through time. Enter opens a segment; R gives a reason, S splits, M merges, E moves an edge, T sets a state, C comments.",
    help: "Drag to move, turn the wheel or spread two fingers to zoom, touch a segment to open it. Keys: ← → ↑ ↓, +, −, Enter, R, S, M, E, T, C.",
    shifts: "Shifts", records: "{n} records", partial: "Some machines are out of your sight.", zoomIn: "Zoom in", zoomOut: "Zoom out", earlier: "Earlier", later: "Later",
    nothing: "Nothing is selected", nothingHint: "Touch a segment on the timeline, or choose one in the list.", noMachines: "No machine stands below this", noMachinesHint: "Choose a line or a machine in the tree.",
    many: "{n} short records, mostly {state}", manyHint: "Too short to be shown one by one at this zoom.", look: "Zoom to them", untold: "Nothing is told of this moment", hidesVoid: "with time without data", hidesStands: "with stops", hidesProduces: "with running time",
    reasonNone: "No reason given", still: "goes on", saidBy: "said by {name}", spoken: "edited", changed: "The signals changed since this was said", provisional: "not settled yet", fromSignals: "from the signals",
    reason: "Reason …", split: "Split", merge: "Merge", edge: "Move an edge", state: "Set the state", comment: "Comment", history: "History", mayNot: "You may look, but not correct here.",
    at: "At", splitHint: "From this moment on it was something else.", afterReason: "Reason from there on", unchanged: "as it was", save: "Save", close: "Close", outside: "The moment must lie inside the segment.", order: "The moment must lie between the neighbours’ far ends.", future: "This has not happened yet.",
    withBefore: "With what was before", withAfter: "With what came after", keep: "Both were", keepNone: "Time without data cannot be said of a machine: choose the other.",
    start: "Start", end: "End", which: "Which edge", newTime: "It really was at", stateWas: "It was", reasonWas: "Reason", noReason: "no reason", commentHint: "what the next person should know",
    list: "Segments of {name} in view", machine: "Machine", from: "Start", to: "End", duration: "Duration", stateColumn: "State", reasonColumn: "Reason", marks: "Marks", now: "now", merged: "{n} records", select: "Open {state}, {time}", empty: "Nothing in view", emptyHint: "Move or zoom the timeline.", openTimeline: "Timeline",
  },
  de: {
    title: "Zeitstrahl: {name}", field: "Zustände der Maschinen über die Zeit",
    how: "Links und rechts gehen von Abschnitt zu Abschnitt, hoch und runter zu einer anderen Maschine, Plus und Minus ändern den Ausschnitt, Bild auf und Bild ab gehen durch die Zeit. Enter öffnet einen Abschnitt; R gibt einen Grund, S teilt, M verbindet, E verschiebt eine Kante, T setzt einen Zustand, C kommentiert.",
    help: "Ziehen verschiebt, Rad oder zwei Finger ändern den Ausschnitt, Berühren öffnet einen Abschnitt. Tasten: ← → ↑ ↓, +, −, Enter, R, S, M, E, T, C.",
    shifts: "Schichten", records: "{n} Sätze", partial: "Manche Maschinen dürfen Sie nicht sehen.", zoomIn: "Vergrößern", zoomOut: "Verkleinern", earlier: "Früher", later: "Später",
    nothing: "Nichts ist gewählt", nothingHint: "Berühren Sie einen Abschnitt im Zeitstrahl oder wählen Sie einen in der Liste.", noMachines: "Darunter steht keine Maschine", noMachinesHint: "Wählen Sie im Baum eine Linie oder eine Maschine.",
    many: "{n} kurze Sätze, meist {state}", manyHint: "Zu kurz, um sie in diesem Ausschnitt einzeln zu zeigen.", look: "Dorthin vergrößern", untold: "Von diesem Augenblick ist nichts bekannt", hidesVoid: "mit Zeit ohne Daten", hidesStands: "mit Stopps", hidesProduces: "mit Laufzeit",
    reasonNone: "Kein Grund angegeben", still: "dauert an", saidBy: "angegeben von {name}", spoken: "bearbeitet", changed: "Die Signale haben sich seit dieser Angabe geändert", provisional: "noch nicht abgeschlossen", fromSignals: "aus den Signalen",
    reason: "Grund …", split: "Teilen", merge: "Verbinden", edge: "Kante verschieben", state: "Zustand setzen", comment: "Kommentar", history: "Historie", mayNot: "Sie dürfen hier sehen, aber nicht korrigieren.",
    at: "Um", splitHint: "Ab diesem Augenblick war es etwas anderes.", afterReason: "Grund ab dort", unchanged: "wie es war", save: "Speichern", close: "Schließen", outside: "Der Augenblick muss im Abschnitt liegen.", order: "Der Augenblick muss zwischen den äußeren Enden der Nachbarn liegen.", future: "Das ist noch nicht geschehen.",
    withBefore: "Mit dem davor", withAfter: "Mit dem danach", keep: "Beides war", keepNone: "Zeit ohne Daten kann niemand von einer Maschine sagen: wählen Sie das andere.",
    start: "Anfang", end: "Ende", which: "Welche Kante", newTime: "In Wahrheit war es um", stateWas: "Es war", reasonWas: "Grund", noReason: "kein Grund", commentHint: "was der Nächste wissen sollte",
    list: "Abschnitte von {name} im Ausschnitt", machine: "Maschine", from: "Anfang", to: "Ende", duration: "Dauer", stateColumn: "Zustand", reasonColumn: "Grund", marks: "Vermerke", now: "jetzt", merged: "{n} Sätze", select: "{state}, {time} öffnen", empty: "Nichts im Ausschnitt", emptyHint: "Verschieben oder ändern Sie den Ausschnitt.", openTimeline: "Zeitstrahl",
  },
});
