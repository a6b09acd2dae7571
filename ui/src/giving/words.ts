// The words of handing out what is shown.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: { give: "Export", csv: "CSV", xlsx: "Excel", print: "Print or PDF", hint: "Exactly what is shown" },
  de: { give: "Ausgeben", csv: "CSV", xlsx: "Excel", print: "Drucken oder PDF", hint: "Genau das Gezeigte" },
});
