// The words of trends.
import { defineWords } from "@/words/words";

export const words = defineWords({ en: { chart: "Trend of {tag}", value: "Value", span: "Lowest to highest" }, de: { chart: "Verlauf von {tag}", value: "Wert", span: "Tiefster bis höchster" } });
