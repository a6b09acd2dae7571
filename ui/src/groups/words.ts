// The words of groups: by what time is told apart.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    nav: "Groups", title: "By group: {name}", by: "Told apart by", kpis: "KPIs", compare: "Compare", compareNone: "With nothing", comparePrevious: "With the time before", compareWeek: "With a week earlier", noCompare: "Days, weeks and months are not compared: none of them is in both periods.",
    product: "Product", shift: "Shift", crew: "Crew", equipment: "Machine", reason: "Reason", state: "State", mode: "Mode", plan: "Plan", job: "Job", day: "Day", weekday: "Weekday", week: "Week", month: "Month",
    none_product: "No product", none_shift: "No shift", none_crew: "No crew", none_equipment: "–", none_reason: "No reason", none_state: "–", none_mode: "–", none_plan: "–", none_job: "No job", none_day: "–", none_weekday: "–", none_week: "–", none_month: "–",
    time: "Time", good: "Good", scrap: "Scrap", before: "Before", shown: "The first {n} of {all} are shown; the export holds all.", table: "The groups as a table", waits: "Adding up: {done} of {all} machines", waitsLong: "Adding up …", empty: "No time here", emptyHint: "Nothing is known of this period.", partial: "Some machines are out of your sight.",
    help: "Each group is a ratio of its own sums; together they are the figures of the period. Those of most planned time come first. Every number opens.",
  },
  de: {
    nav: "Gruppen", title: "Nach Gruppen: {name}", by: "Unterschieden nach", kpis: "Kennzahlen", compare: "Vergleich", compareNone: "Mit nichts", comparePrevious: "Mit der Zeit davor", compareWeek: "Mit einer Woche früher", noCompare: "Tage, Wochen und Monate werden nicht verglichen: keiner liegt in beiden Zeiträumen.",
    product: "Produkt", shift: "Schicht", crew: "Mannschaft", equipment: "Maschine", reason: "Grund", state: "Zustand", mode: "Betriebsart", plan: "Plan", job: "Auftrag", day: "Tag", weekday: "Wochentag", week: "Woche", month: "Monat",
    none_product: "Kein Produkt", none_shift: "Keine Schicht", none_crew: "Keine Mannschaft", none_equipment: "–", none_reason: "Kein Grund", none_state: "–", none_mode: "–", none_plan: "–", none_job: "Kein Auftrag", none_day: "–", none_weekday: "–", none_week: "–", none_month: "–",
    time: "Zeit", good: "Gut", scrap: "Ausschuss", before: "Davor", shown: "Die ersten {n} von {all} sind gezeigt; die Ausgabe enthält alle.", table: "Die Gruppen als Tabelle", waits: "Zählt zusammen: {done} von {all} Maschinen", waitsLong: "Zählt zusammen …", empty: "Hier ist keine Zeit", emptyHint: "Von diesem Zeitraum ist nichts bekannt.", partial: "Manche Maschinen dürfen Sie nicht sehen.",
    help: "Jede Gruppe ist ein Verhältnis ihrer eigenen Summen; zusammen sind sie die Kennzahlen des Zeitraums. Voran stehen die mit der meisten geplanten Zeit. Jede Zahl lässt sich öffnen.",
  },
});
