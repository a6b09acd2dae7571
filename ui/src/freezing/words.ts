// The words of freezing a period.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    freeze: "Freeze …", hint: "Keep these figures exactly as they are known now", title: "Freeze {name}", help: "What is kept of {from} – {to} stays exactly as it is known now, whatever is corrected or comes late. Filters of the page are not kept.", running: "The period still runs: it ends with what is known now.",
    name: "Name", view: "What is kept", kpis: "KPIs, times and pieces", losses: "Losses by reason", stops: "Lost time by stop", note: "Note", noteHint: "Optional. What whoever reads it should know.", save: "Freeze", cancel: "Cancel", close: "Close", saved: "Frozen: {name}", open: "Open",
  },
  de: {
    freeze: "Einfrieren …", hint: "Diese Zahlen genau so festhalten, wie sie jetzt bekannt sind", title: "{name} einfrieren", help: "Was von {from} – {to} festgehalten wird, bleibt genau, wie es jetzt bekannt ist, was auch korrigiert wird oder später kommt. Filter der Seite werden nicht festgehalten.", running: "Der Zeitraum läuft noch: Er endet mit dem, was jetzt bekannt ist.",
    name: "Name", view: "Was festgehalten wird", kpis: "Kennzahlen, Zeiten und Stücke", losses: "Verluste nach Grund", stops: "Verlorene Zeit nach Stillstand", note: "Notiz", noteHint: "Freiwillig. Was Lesende wissen sollten.", save: "Einfrieren", cancel: "Abbrechen", close: "Schließen", saved: "Eingefroren: {name}", open: "Öffnen",
  },
});
