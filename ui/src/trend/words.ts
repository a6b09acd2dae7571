// The words of trends.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    value: "Value", span: "Lowest to highest", trend: "Trend", more: "Open in trends",
    gone: "{name}: {n} samples from {from} to {to} went by the retention rule {rule}. They were measured, and can be read here no more.", evicted: "{name}: {n} samples from {from} to {to} went before their time, for the disk was full and the rule {rule} allows it.", damaged: "{name}: {n} samples from {from} to {to} cannot be read any more, for the disk has spoilt them. They may come back from a backup.",
    how: "Left and right arrows move through time, with Shift by a whole screen. Plus and minus change the zoom. Home goes to the first sample, End to now. A and B set the cursors, comma and point move them, Escape takes them away.",
  },
  de: {
    value: "Wert", span: "Tiefster bis höchster", trend: "Verlauf", more: "In den Verläufen öffnen",
    gone: "{name}: {n} Messwerte von {from} bis {to} sind nach der Aufbewahrungsregel {rule} entfernt. Gemessen wurde; hier ist davon nichts mehr zu lesen.", evicted: "{name}: {n} Messwerte von {from} bis {to} sind vor ihrer Zeit entfernt, weil die Platte voll war und die Regel {rule} es erlaubt.", damaged: "{name}: {n} Messwerte von {from} bis {to} sind nicht mehr lesbar, weil die Platte sie beschädigt hat. Aus einer Sicherung können sie zurückkommen.",
    how: "Pfeil links und rechts bewegen durch die Zeit, mit Umschalt um einen ganzen Bildschirm. Plus und Minus ändern den Ausschnitt. Pos1 geht zum ersten Messwert, Ende zu jetzt. A und B setzen die Marken, Komma und Punkt bewegen sie, Escape nimmt sie weg.",
  },
});
