// The words of units in which pieces are counted, and of counts that nobody can convert.
import { defineWords } from "@/words/words";

export const unitWords = defineWords({
  en: {
    pieces: "pieces", countedIn: "Counted in", inUnit: "{what} ({unit})", title: "Counts in a unit that nobody can convert",
    hint: "Kept, but not counted: nobody has said what they come to in the unit of the product.", more: "More wait behind these.", what: "{n} {unit}, {kind}",
    "no-job": "Nothing ran then. Enter the job for that time.", "no-conversion": "{product} does not say what one {unit} is. Add it to the product's units, then restate that time.",
    byCounter: "counter", good: "good", scrap: "scrap", rework: "rework", infeed: "infeed",
  },
  de: {
    pieces: "Stück", countedIn: "Gezählt in", inUnit: "{what} ({unit})", title: "Zählungen in einer Einheit, die niemand umrechnen kann",
    hint: "Aufbewahrt, aber nicht gezählt: Niemand hat gesagt, wie viel das in der Einheit des Produkts ist.", more: "Dahinter warten weitere.", what: "{n} {unit}, {kind}",
    "no-job": "Da lief nichts. Tragen Sie den Auftrag für diese Zeit ein.", "no-conversion": "{product} sagt nicht, was ein {unit} ist. Nehmen Sie es in die Einheiten des Produkts auf und berechnen Sie die Zeit neu.",
    byCounter: "Zähler", good: "gut", scrap: "Ausschuss", rework: "Nacharbeit", infeed: "Einlauf",
  },
});
