// The words of the steps under lost time.
import { defineWords } from "@/words/words";

export const lostWords = defineWords({
  en: { losses: "Losses", us: "Lost time", stops: "Stops that began", units: "Lost pieces", busy: "Planned busy time (PBT)", no_data: "Time without data (NODT)", planned: "With planned down time" },
  de: { losses: "Verluste", us: "Verlorene Zeit", stops: "Begonnene Stopps", units: "Verlorene Stück", busy: "Planbelegungszeit (PBT)", no_data: "Zeit ohne Daten (NODT)", planned: "Mit geplantem Stillstand" },
});
