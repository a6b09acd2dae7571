// The words of the andon.
import { defineWords } from "@/words/words";

export const navWords = defineWords({ en: { nav: "Andon" }, de: { nav: "Andon" } });

export const words = defineWords({
  en: {
    good: "Good", target: "Target", behind: "Behind", ahead: "Ahead", even: "On pace", noRate: "No standard rate, no target", noCounter: "No counter assigned", waits: "No value yet", notItsFault: "Waits", stale: "NOT LIVE", staleSince: "What you see is from {time}. It reconnects by itself.", connecting: "Connecting",
    page: "{n} / {all}", leave: "Back", full: "Full screen", look: "Dark / light", pause: "Hold page", resume: "Turn pages", tools: "Andon tools", none: "No machines here", noneHint: "Open the andon from a line or an area that has machines.", clock: "Plant time", paused: "held",
  },
  de: {
    good: "Gut", target: "Soll", behind: "Rückstand", ahead: "Vorsprung", even: "Im Takt", noRate: "Ohne Standardtakt kein Soll", noCounter: "Kein Zähler zugeordnet", waits: "Noch kein Wert", notItsFault: "Wartet", stale: "NICHT LIVE", staleSince: "Was Sie sehen, ist von {time}. Verbindet sich von selbst.", connecting: "Verbindet",
    page: "{n} / {all}", leave: "Zurück", full: "Vollbild", look: "Dunkel / hell", pause: "Seite halten", resume: "Seiten wechseln", tools: "Andon-Werkzeuge", none: "Hier sind keine Maschinen", noneHint: "Öffnen Sie das Andon an einer Linie oder einem Bereich mit Maschinen.", clock: "Werkszeit", paused: "gehalten",
  },
});
