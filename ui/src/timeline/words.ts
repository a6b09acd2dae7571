// The words of timelines.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    lastHours: "States of the last {n} hours", timeline: "Timeline of states", how: "Arrow keys go from state to state and from lane to lane, plus and minus change the zoom, Enter shows the record in the list.",
    now: "Now", since: "since {start}", span: "{start} to {end}", provisional: "not settled yet", edited: "set by a person", editedBy: "said by {name}", states: "States", shifts: "Shifts", jobs: "Jobs", pieces: "Pieces/min", perMinute: "{unit}/min", scrapped: "{good} good, {scrap} scrap",
    zoomOut: "Zoom out", nothing: "No records in this period", nothingHint: "The history may still be imported, or the equipment was not connected then.", drag: "Drag to zoom", slow: "Slow running, {share} of the rate: {start} to {end}", slowMore: "and {n} more before",
  },
  de: {
    lastHours: "Zustände der letzten {n} Stunden", timeline: "Zeitstrahl der Zustände", how: "Pfeiltasten gehen von Zustand zu Zustand und von Spur zu Spur, Plus und Minus ändern den Ausschnitt, Enter zeigt den Satz in der Liste.",
    now: "Jetzt", since: "seit {start}", span: "{start} bis {end}", provisional: "noch nicht abgeschlossen", edited: "von einer Person gesetzt", editedBy: "angegeben von {name}", states: "Zustände", shifts: "Schichten", jobs: "Aufträge", pieces: "Stück/min", perMinute: "{unit}/min", scrapped: "{good} gut, {scrap} Ausschuss",
    zoomOut: "Verkleinern", nothing: "Keine Sätze in diesem Zeitraum", nothingHint: "Vielleicht wird die Historie noch eingelesen, oder die Anlage war damals nicht verbunden.", drag: "Ziehen zum Vergrößern", slow: "Langsamer Lauf, {share} vom Takt: {start} bis {end}", slowMore: "und {n} weitere davor",
  },
});

export const toneWords = defineWords({
  en: { normal: "Running", quiet: "Not running", external: "Starved or blocked", setup: "Set-up, maintenance", warning: "Stopped, no reason", fault: "Fault", void: "No data", slow: "Slow running" },
  de: { normal: "Läuft", quiet: "Läuft nicht", external: "Mangel oder Stau", setup: "Rüsten, Wartung", warning: "Stopp ohne Grund", fault: "Störung", void: "Keine Daten", slow: "Langsamer Lauf" },
});
