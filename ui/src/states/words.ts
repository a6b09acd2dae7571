// What people call the states of a work unit, the modes, and the reasons that come from the line itself.
import { defineWords } from "@/words/words";

export const stateWords = defineWords({
  en: {
    Execute: "Running", RUN: "Running", Running: "Running", STARVED: "Starved", BLOCKED: "Blocked", CHANGEOVER: "Changeover", NO_DATA: "No data", UNKNOWN: "Unknown",
    Stopped: "Stopped", Idle: "Idle", Suspended: "Suspended", Aborted: "Aborted", Held: "Held", Complete: "Complete", Clearing: "Clearing", Starting: "Starting",
    Stopping: "Stopping", Aborting: "Aborting", Holding: "Holding", Unholding: "Unholding", Suspending: "Suspending", Unsuspending: "Unsuspending", Resetting: "Resetting",
    Completing: "Completing", Undefined: "Unknown",
  },
  de: {
    Execute: "Läuft", RUN: "Läuft", Running: "Läuft", STARVED: "Materialmangel", BLOCKED: "Stau", CHANGEOVER: "Rüsten", NO_DATA: "Keine Daten", UNKNOWN: "Unbekannt",
    Stopped: "Gestoppt", Idle: "Bereit", Suspended: "Ausgesetzt", Aborted: "Abgebrochen", Held: "Angehalten", Complete: "Fertig", Clearing: "Quittiert", Starting: "Startet",
    Stopping: "Stoppt", Aborting: "Bricht ab", Holding: "Hält an", Unholding: "Fährt wieder an", Suspending: "Setzt aus", Unsuspending: "Nimmt auf", Resetting: "Rückstellung",
    Completing: "Wird fertig", Undefined: "Unbekannt",
  },
});

export const reasonWords = defineWords({
  en: { "external/starved": "Waits for the unit before it", "external/blocked": "Waits for the unit behind it", noReason: "No reason given", since: "since {moment}", counter: "for {time}" },
  de: { "external/starved": "Wartet auf die Einheit davor", "external/blocked": "Wartet auf die Einheit danach", noReason: "Kein Grund angegeben", since: "seit {moment}", counter: "seit {time}" },
});

export const modeWords = defineWords({
  en: { Production: "Production", Maintenance: "Maintenance", Manual: "Manual", Setup: "Set-up" },
  de: { Production: "Produktion", Maintenance: "Wartung", Manual: "Handbetrieb", Setup: "Einrichten" },
});
