// The words of the line page.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    machines: "Machines in flow order", machine: "Machine", state: "State", for: "For", speed: "Speed", good: "Good", scrap: "Scrap", rework: "Rework", oee: "OEE", job: "Job", of: "of {rate}", waits: "Waiting for the first value",
    constraint: "Constraint", constraintHint: "The line's times and rate are those of this machine.", notItsFault: "Not this machine's fault", noJob: "No job", more: "and {n} more",
    buffer: "{n} pieces in between since {time}", bufferHint: "What {before} passed on less what {after} took in since then: it stands on the belt between them.", noSpeed: "no speed signal", level: "{n} pieces before {machine}", levelOf: "{n} of {capacity} pieces before {machine}",
    method: "Line OEE: times and rate of {constraint}, good pieces of {outfeed}, scrap from {constraint} on.", methodSummed: "Line OEE, summed over {units}: ideal time of all good pieces by the planned busy time of all of them (Σ PRI·GQ / Σ PBT).", together: "Timeline of the line", openTimeline: "Look closer and correct", shifts: "Shifts",
    andon: "Andon", station: "Station", stops: "Stops", board: "Shift board", ways: "More of this line", noUnits: "No machines here", noUnitsHint: "Add work units to this line in the plant code.",
  },
  de: {
    machines: "Maschinen in Flussrichtung", machine: "Maschine", state: "Zustand", for: "Seit", speed: "Tempo", good: "Gut", scrap: "Ausschuss", rework: "Nacharbeit", oee: "OEE", job: "Auftrag", of: "von {rate}", waits: "Wartet auf den ersten Wert",
    constraint: "Engpass", constraintHint: "Zeiten und Takt der Linie sind die dieser Maschine.", notItsFault: "Nicht durch diese Maschine", noJob: "Kein Auftrag", more: "und {n} weitere",
    buffer: "{n} Stück dazwischen seit {time}", bufferHint: "Was {before} weitergab, weniger dem, was {after} seitdem aufnahm: Es steht auf dem Band dazwischen.", noSpeed: "kein Temposignal", level: "{n} Stück vor {machine}", levelOf: "{n} von {capacity} Stück vor {machine}",
    method: "OEE der Linie: Zeiten und Takt von {constraint}, Gutstücke von {outfeed}, Ausschuss ab {constraint}.", methodSummed: "OEE der Linie, summiert über {units}: Sollzeit aller Gutstücke durch die Planbelegungszeit aller zusammen (Σ PRI·GQ / Σ PBT).", together: "Zeitstrahl der Linie", openTimeline: "Genauer ansehen und korrigieren", shifts: "Schichten",
    andon: "Andon", station: "Station", stops: "Stopps", board: "Schichttafel", ways: "Mehr zu dieser Linie", noUnits: "Hier sind keine Maschinen", noUnitsHint: "Ergänzen Sie im Werkscode Arbeitseinheiten an dieser Linie.",
  },
});
