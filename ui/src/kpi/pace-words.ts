// The words of pace: against the plan, and where it ends.
import { defineWords } from "@/words/words";

export const paceWords = defineWords({
  en: {
    due: "Due by now", gap: "Against plan", ahead: "Ahead", even: "On pace", behind: "Behind", pieces: "{n} pcs", minutes: "{n} min at the standard rate", projected: "Expected at shift end", ofPlanned: "of {n} planned",
    plan: "The rest with the same share of the plan as so far.", speed: "The rest at the same speed as so far.", explain: "Hour by hour",
    provisional: "Provisional since {time}", provisionalHint: "Up to here the signals are complete; what came after may still move.", allProvisional: "Provisional",
    jobEnd: "{name} done", range: "{low} to {high}", doneAbout: "done about {time} ({low}–{high})", doneUnknown: "done at – ({why})", later: "later", madeOf: "{made} of {n} pcs", restsOn: "Eight of ten such jobs ended in this range: from {n} stretches of {pieces} pieces here in the last two weeks, stops included.",
  },
  de: {
    due: "Bisher fällig", gap: "Gegen Plan", ahead: "Vorsprung", even: "Im Takt", behind: "Rückstand", pieces: "{n} Stück", minutes: "{n} min im Standardtakt", projected: "Erwartet zum Schichtende", ofPlanned: "von {n} geplanten",
    plan: "Der Rest mit demselben Anteil am Plan wie bisher.", speed: "Der Rest im selben Tempo wie bisher.", explain: "Stunde für Stunde",
    provisional: "Vorläufig seit {time}", provisionalHint: "Bis hier sind die Signale vollständig; was danach kam, kann sich noch ändern.", allProvisional: "Vorläufig",
    jobEnd: "{name} fertig", range: "{low} bis {high}", doneAbout: "fertig gegen {time} ({low}–{high})", doneUnknown: "fertig um – ({why})", later: "später", madeOf: "{made} von {n} Stück", restsOn: "Acht von zehn solchen Aufträgen endeten in dieser Spanne: aus {n} Abschnitten zu {pieces} Stück hier in den letzten zwei Wochen, mit Stillständen.",
  },
});

/** Why something cannot be said yet. */
export const missingWords = defineWords({
  en: { "no-counter": "No counter is assigned", "no-shift": "No shift runs now", "no-plan": "Nothing is planned", "too-early": "Too early to say", "no-quantity": "No order says how many", "too-long": "It runs for more than a month", made: "All pieces are made", "too-little": "Too little was made of it here to say", "too-far": "More than a month away" },
  de: { "no-counter": "Kein Zähler ist zugeordnet", "no-shift": "Jetzt läuft keine Schicht", "no-plan": "Es ist nichts geplant", "too-early": "Noch zu früh", "no-quantity": "Kein Auftrag sagt, wie viele", "too-long": "Läuft seit mehr als einem Monat", made: "Alle Stücke sind gemacht", "too-little": "Hier wurde davon noch zu wenig gemacht", "too-far": "Mehr als einen Monat entfernt" },
});
