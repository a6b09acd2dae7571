// The words of timelines.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: { lastHours: "States of the last {n} hours" },
  de: { lastHours: "Zustände der letzten {n} Stunden" },
});
