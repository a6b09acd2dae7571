// The words of the live overview.
import { defineWords } from "@/words/words";

export const navWords = defineWords({ en: { nav: "Overview" }, de: { nav: "Übersicht" } });

export const words = defineWords({
  en: {
    speed: "Speed", good: "Good", scrap: "Scrap", of: "of {rate}",
    constraint: "Constraint", constraintHint: "The line's times and rate are those of this unit.",
    lastHours: "Last {n} h", noUnits: "No work units here", noUnitsHint: "Choose a line in the tree, or add work units in the plant code.", connectFirst: "Connect the first device", noPlant: "No equipment to show", noPlantHint: "Describe the plant in YAML files and run dovetail apply. Or ask for a role on the equipment you work with.",
    together: "Last {n} hours", waits: "Waiting for the first value",
  },
  de: {
    speed: "Tempo", good: "Gut", scrap: "Ausschuss", of: "von {rate}",
    constraint: "Engpass", constraintHint: "Zeiten und Takt der Linie sind die dieser Einheit.",
    lastHours: "Letzte {n} h", noUnits: "Hier sind keine Arbeitseinheiten", noUnitsHint: "Wählen Sie im Baum eine Linie oder ergänzen Sie Arbeitseinheiten im Werkscode.", connectFirst: "Das erste Gerät verbinden", noPlant: "Keine Anlagen zu zeigen", noPlantHint: "Beschreiben Sie das Werk in YAML-Dateien und rufen Sie dovetail apply auf. Oder lassen Sie sich eine Rolle an Ihren Anlagen geben.",
    together: "Letzte {n} Stunden", waits: "Wartet auf den ersten Wert",
  },
});
