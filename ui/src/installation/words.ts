// The words of the pages about the installation itself, which several of them share.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    title: "Installation", pages: "Pages about the installation", health: "Health", delivery: "Delivery", retention: "Retention", copies: "Backups and copies",
    csv: "Save as CSV", csvOf: "Save as CSV: {table}", well: "In order", look: "Look at it", ill: "Not in order",
    nobody: "nobody needs to", administrator: "the administrator", "plant engineer": "the plant engineer", time: "time: it heals by itself", us: "the makers of Dovetail",
    yes: "yes", no: "no", never: "never", close: "Close", cancel: "Cancel", reason: "Why", reasonHint: "Kept for ever, beside your name.", serverSays: "The server says this in English",
  },
  de: {
    title: "Installation", pages: "Seiten über die Installation", health: "Zustand", delivery: "Zustellung", retention: "Aufbewahrung", copies: "Sicherungen und Kopien",
    csv: "Als CSV speichern", csvOf: "Als CSV speichern: {table}", well: "In Ordnung", look: "Hinsehen", ill: "Nicht in Ordnung",
    nobody: "niemand muss etwas tun", administrator: "die Administration", "plant engineer": "die Anlagentechnik", time: "die Zeit: es heilt von selbst", us: "die Hersteller von Dovetail",
    yes: "ja", no: "nein", never: "nie", close: "Schließen", cancel: "Abbrechen", reason: "Warum", reasonHint: "Wird für immer aufbewahrt, neben Ihrem Namen.", serverSays: "Das sagt der Server auf Englisch",
  },
});
