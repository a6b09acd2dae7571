// The words of slow running.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    title: "Slow running", switch: "Slow running", split: "Speed loss {speed} = slow running {slow} + the rest {rest}", unknown: "Nothing counts pieces here, so nobody knows how fast it was.", partial: "Some machines are out of your sight.",
    start: "Start", duration: "Duration", machine: "Machine", product: "Product", rate: "Pieces/min", standard: "Standard", share: "of the rate", lost: "Lost", pieces: "Pieces not made", timeline: "Timeline", list: "Stretches of slow running",
    none: "No machine ran slowly", noneHint: "None stayed below its share of the standard rate for so long.", unsaid: "Nobody says when a machine is slow", rule: "below {below} for {time}", tooLong: "Slow running is told of 31 days at most", tooLongHint: "Choose a shorter period.", shown: "The newest {n} are shown; the export holds all.", ofIt: "of it slow running {slow}",
  },
  de: {
    title: "Langsamer Lauf", switch: "Langsamer Lauf", split: "Tempoverlust {speed} = langsamer Lauf {slow} + der Rest {rest}", unknown: "Hier zählt nichts Stücke, also weiß niemand, wie schnell es lief.", partial: "Manche Maschinen dürfen Sie nicht sehen.",
    start: "Anfang", duration: "Dauer", machine: "Maschine", product: "Produkt", rate: "Stück/min", standard: "Standard", share: "vom Takt", lost: "Verloren", pieces: "Nicht gefertigt", timeline: "Zeitstrahl", list: "Abschnitte langsamen Laufs",
    none: "Keine Maschine lief langsam", noneHint: "Keine blieb so lange unter ihrem Anteil des Standardtakts.", unsaid: "Niemand sagt, ab wann eine Maschine langsam ist", rule: "unter {below} für {time}", tooLong: "Langsamer Lauf wird für höchstens 31 Tage gezeigt", tooLongHint: "Wählen Sie einen kürzeren Zeitraum.", shown: "Die neuesten {n} sind gezeigt; die Ausgabe enthält alle.", ofIt: "davon langsamer Lauf {slow}",
  },
});
