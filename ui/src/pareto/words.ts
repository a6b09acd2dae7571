// The words of the Pareto chart of stops.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: { title: "Stops by reason", chart: "Time lost by reason, largest first, with the cumulated share", stop: "Stop", time: "Time", count: "Times", share: "Cumulated", none: "No stops in this period", noneHint: "The unit ran all the time that is known." },
  de: { title: "Stopps nach Grund", chart: "Verlorene Zeit nach Grund, der größte zuerst, mit dem aufgelaufenen Anteil", stop: "Stopp", time: "Zeit", count: "Anzahl", share: "Aufgelaufen", none: "Keine Stopps in diesem Zeitraum", noneHint: "Die Einheit lief in der ganzen bekannten Zeit." },
});
