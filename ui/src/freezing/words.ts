// The words of freezing a period, and of figures beside what they are now.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    freeze: "Freeze …", hint: "Keep these figures exactly as they are known now", title: "Freeze {name}", help: "What is kept of {from} – {to} stays exactly as it is known now, whatever is corrected or comes late. Filters of the page are not kept.", running: "The period still runs: it ends with what is known now.",
    name: "Name", view: "What is kept", kpis: "KPIs, times and pieces", losses: "Losses by reason", stops: "Lost time by stop", note: "Note", noteHint: "Optional. What whoever reads it should know.", save: "Freeze", cancel: "Cancel", close: "Close", saved: "Frozen: {name}", open: "Open",
    figure: "Figure", frozen: "As frozen", signed: "As signed", now: "Now", difference: "Difference", same: "{n} figures are the same today.", moved: "What moved {kpi}",
    elapsed_us: "Elapsed time", not_planned_us: "Not planned", planned_down_us: "Planned downtime", pot_us: "Planned operation time (POT)", pbt_us: "Planned busy time (PBT)", apt_us: "Production time (APT)", aust_us: "Set-up time (AUST)", adet_us: "Delay (ADET)", adot_us: "Down time (ADOT)", nodt_us: "Time without data", external_us: "Starved or blocked", extended_us: "Run outside the plan", apart_us: "Run kept apart", busy_us: "Planned busy time", no_data_us: "Time without data", lost_us: "Lost time",
    good: "Good", scrap: "Scrap", rework: "Rework", infeed: "Infeed", outside: "Pieces outside the ratios", noReason: "Without a reason", stopsOf: "{name}, stops", timeOf: "{name}, time",
  },
  de: {
    freeze: "Einfrieren …", hint: "Diese Zahlen genau so festhalten, wie sie jetzt bekannt sind", title: "{name} einfrieren", help: "Was von {from} – {to} festgehalten wird, bleibt genau, wie es jetzt bekannt ist, was auch korrigiert wird oder später kommt. Filter der Seite werden nicht festgehalten.", running: "Der Zeitraum läuft noch: Er endet mit dem, was jetzt bekannt ist.",
    name: "Name", view: "Was festgehalten wird", kpis: "Kennzahlen, Zeiten und Stücke", losses: "Verluste nach Grund", stops: "Verlorene Zeit nach Stillstand", note: "Notiz", noteHint: "Freiwillig. Was Lesende wissen sollten.", save: "Einfrieren", cancel: "Abbrechen", close: "Schließen", saved: "Eingefroren: {name}", open: "Öffnen",
    figure: "Größe", frozen: "Eingefroren", signed: "Unterschrieben", now: "Jetzt", difference: "Unterschied", same: "{n} Größen sind heute gleich.", moved: "Was {kpi} bewegt hat",
    elapsed_us: "Verstrichene Zeit", not_planned_us: "Nicht geplant", planned_down_us: "Geplanter Stillstand", pot_us: "Planbetriebszeit (POT)", pbt_us: "Planbelegungszeit (PBT)", apt_us: "Produktionszeit (APT)", aust_us: "Rüstzeit (AUST)", adet_us: "Störung (ADET)", adot_us: "Stillstandszeit (ADOT)", nodt_us: "Zeit ohne Daten", external_us: "Mangel oder Stau", extended_us: "Lauf außerhalb des Plans", apart_us: "Lauf getrennt gezählt", busy_us: "Planbelegungszeit", no_data_us: "Zeit ohne Daten", lost_us: "Verlorene Zeit",
    good: "Gut", scrap: "Ausschuss", rework: "Nacharbeit", infeed: "Einlauf", outside: "Stücke außerhalb der Verhältnisse", noReason: "Ohne Grund", stopsOf: "{name}, Stillstände", timeOf: "{name}, Zeit",
  },
});
