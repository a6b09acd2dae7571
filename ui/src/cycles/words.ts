// The words of cycle times.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    title: "Cycle times", product: "Product", none: "No single product", pieces: "Pieces", ideal: "Ideal", best: "Best hour", actual: "Actual", median: "Half within", range: "8 of 10 between", throughput: "Pieces/h", from: "from {moment}", p10: "Tenth within", p50: "Half within", p90: "Nine tenths within", rated: "Pieces with a rate", each: "{time} per piece", between: "{low} to {high}", longer: "longer than {low}",
    histogram: "How long a piece took: {product}", bin: "{low} to {high}: {pieces} pieces", slower: "{pieces} pieces took longer", scale: "Cycle time", short: "{time} s",
    hint: "Ideal: by the standard rate. Best hour: the hour of production time with most pieces. Actual: production time by pieces.",
    empty: "Nothing was produced", emptyHint: "There is no production time in this period, as far as is known.", "no-counter": "Nothing counts pieces here: give the machine counters", "too-little": "Too few cycles to tell", tooLong: "Choose at most 31 days", tooLongHint: "Every movement of the counters is looked at.", keys: "Arrow keys go from bar to bar.",
  },
  de: {
    title: "Taktzeiten", product: "Produkt", none: "Kein einzelnes Produkt", pieces: "Stück", ideal: "Soll", best: "Beste Stunde", actual: "Ist", median: "Hälfte bis", range: "8 von 10 zwischen", throughput: "Stück/h", from: "ab {moment}", p10: "Ein Zehntel bis", p50: "Hälfte bis", p90: "Neun Zehntel bis", rated: "Stücke mit Takt", each: "{time} je Stück", between: "{low} bis {high}", longer: "länger als {low}",
    histogram: "Wie lange ein Stück brauchte: {product}", bin: "{low} bis {high}: {pieces} Stück", slower: "{pieces} Stück brauchten länger", scale: "Taktzeit", short: "{time} s",
    hint: "Soll: nach dem Standardtakt. Beste Stunde: die Stunde Produktionszeit mit den meisten Stück. Ist: Produktionszeit durch Stück.",
    empty: "Nichts wurde produziert", emptyHint: "In diesem Zeitraum gibt es keine Produktionszeit, soweit bekannt.", "no-counter": "Hier zählt nichts Stück: geben Sie der Maschine Zähler", "too-little": "Zu wenige Takte für eine Aussage", tooLong: "Höchstens 31 Tage wählen", tooLongHint: "Jede Bewegung der Zähler wird angesehen.", keys: "Pfeiltasten gehen von Balken zu Balken.",
  },
});
