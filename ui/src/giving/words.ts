// The words of handing out what is shown.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: { give: "Export", csv: "CSV", xlsx: "Excel", print: "Print or PDF", hint: "Exactly what is shown", period: "Period", before: "Compared with", zone: "Time zone", equipment: "Equipment", known: "As known at", view: "View" },
  de: { give: "Ausgeben", csv: "CSV", xlsx: "Excel", print: "Drucken oder PDF", hint: "Genau das Gezeigte", period: "Zeitraum", before: "Verglichen mit", zone: "Zeitzone", equipment: "Anlage", known: "Wissensstand", view: "Ansicht" },
});
