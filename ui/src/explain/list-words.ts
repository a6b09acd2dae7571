// The words of the steps under sums of stops, of causes and of the speed loss.
import { defineWords } from "@/words/words";

export const listWords = defineWords({
  en: { stops: "Stops", us: "Time", units: "Pieces lost", causes: "Why time was lost", "speed-loss": "Speed loss", speed: "Speed loss", slow: "Slow running", rest: "The rest of it", stretch: "Slow running", at: "As it was at {time}", unassigned: "Without reason", own: "Own fault", longer: "Longer than {time}", planned: "With planned", short: "With short", since: "Since {time}" },
  de: { stops: "Stopps", us: "Zeit", units: "Verlorene Stück", causes: "Warum Zeit verloren ging", "speed-loss": "Tempoverlust", speed: "Tempoverlust", slow: "Langsamer Lauf", rest: "Der Rest davon", stretch: "Langsamer Lauf", at: "Wie es um {time} war", unassigned: "Ohne Grund", own: "Selbst verursacht", longer: "Länger als {time}", planned: "Mit geplanten", short: "Mit kurzen", since: "Seit {time}" },
});
