// The words of counters that people read.
import { defineWords } from "@/words/words";

export const readingWords = defineWords({
  en: { pieces: "Pieces", counter: "Counter", before: "Beginning", after: "Now", typeEnd: "What does the counter show now?", made: "{n} good pieces", rolls: "It began anew at {modulus}.", last: "Last read: {reading}, {name}, {time}", differs: "Which beginning counts?", amount: "{n} pieces", gap: "{amount} lie between the last reading and this beginning.", overlap: "{amount} are there twice.", sincePrevious: "Count from {reading}", sinceGiven: "Count from {reading}", save: "Save", saved: "{n} good (counter {after})", savedIn: "{n} {unit} good (counter {after})", how: "How pieces are entered" },
  de: { pieces: "Stück", counter: "Zähler", before: "Anfang", after: "Jetzt", typeEnd: "Was zeigt der Zähler jetzt?", made: "{n} Gutstücke", rolls: "Er begann bei {modulus} neu.", last: "Zuletzt gelesen: {reading}, {name}, {time}", differs: "Welcher Anfang gilt?", amount: "{n} Stück", gap: "{amount} liegen zwischen der letzten Ablesung und diesem Anfang.", overlap: "{amount} sind doppelt.", sincePrevious: "Ab {reading} zählen", sinceGiven: "Ab {reading} zählen", save: "Speichern", saved: "{n} gut (Zähler {after})", savedIn: "{n} {unit} gut (Zähler {after})", how: "Wie Stück eingegeben werden" },
});
