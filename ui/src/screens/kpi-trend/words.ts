// The words of the course of a KPI.
import { defineWords } from "@/words/words";

export const navWords = defineWords({ en: { nav: "KPI trends" }, de: { nav: "Kennzahlenverlauf" } });

export const words = defineWords({
  en: {
    title: "KPI trends: {name}", kpi: "KPI", per: "One column for", shift: "Shift", day: "Day", week: "Week", span: "Over", days: "{n} days", year: "A year", compare: "With the time before", chart: "{kpi} of {name}, {n} columns; the table below says the same", table: "The columns as a table",
    period: "Period", value: "Value", before: "Before", change: "Change", points: "{n} pp", coverage: "Data", target: "Target", met: "met", missed: "missed", bounds: "between {low} and {high}", running: "still runs", open: "Explain {kpi}, {time}", none: "No figures in this time", noneHint: "Nothing was planned, or nothing is known.", export: "KPI",
    help: "A column is the figure of its own period. Where less than nine tenths of the planned time are known it is hatched, and its bounds stand as a line. A bold line is the target. The strip below shows how much is known.",
  },
  de: {
    title: "Kennzahlenverlauf: {name}", kpi: "Kennzahl", per: "Eine Säule für", shift: "Schicht", day: "Tag", week: "Woche", span: "Über", days: "{n} Tage", year: "Ein Jahr", compare: "Mit der Zeit davor", chart: "{kpi} von {name}, {n} Säulen; die Tabelle darunter sagt dasselbe", table: "Die Säulen als Tabelle",
    period: "Zeitraum", value: "Wert", before: "Davor", change: "Änderung", points: "{n} %-Pkt", coverage: "Daten", target: "Ziel", met: "erreicht", missed: "verfehlt", bounds: "zwischen {low} und {high}", running: "läuft noch", open: "{kpi} erklären, {time}", none: "Keine Kennzahlen in dieser Zeit", noneHint: "Nichts war geplant, oder nichts ist bekannt.", export: "Kennzahl",
    help: "Eine Säule ist die Kennzahl ihres eigenen Zeitraums. Wo weniger als neun Zehntel der geplanten Zeit bekannt sind, ist sie schraffiert, und ihre Grenzen stehen als Strich. Ein kräftiger Strich ist das Ziel. Der Streifen darunter zeigt, wie viel bekannt ist.",
  },
});
