// The words of setting the levels of a raw signal.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    title: "Levels of {tag}", back: "The signal", stretch: "Look at the last", h1: "hour", h8: "8 hours", h24: "day", h168: "week",
    notYet: "Not enough data yet: about {needed} readings are needed, {seen} so far. This page looks again by itself.", cannot: "One cannot tell levels apart in it", cannotHint: "Nothing parts running from idling here. Look at a longer stretch, or set a threshold yourself.", own: "Set a threshold myself",
    histogram: "How often which value came, from {from} to {to}", threshold: "Threshold between {below} and {above}", under: "under this it is {name}", over: "over this it is {name}", hint: "Drag a threshold, type it, or move it with the arrow keys. Between its two values the machine stays what it was, so that noise does not flicker.",
    strip: "What the machine would have been, from {start} to {end}", noStrip: "Nothing was heard in this stretch.", cycles: "begins of running (the ticks): {n}", period: "one cycle is about {s} s", counts: "Each begin of running is a piece", countsHint: "The ticks become the machine's counter of all pieces, through a computed contact.", share: "{name}: {share} of the time", means: "{name} means", off: "off", idle: "idling", idle_high: "idling high", run: "running", unheard: "not heard", wrong: "{share} of the readings would be taken for the other level", warning: "Look at it: {text}",
    meaning: "What each level means",
  },
  de: {
    title: "Stufen von {tag}", back: "Zum Signal", stretch: "Zurückblicken auf", h1: "eine Stunde", h8: "8 Stunden", h24: "einen Tag", h168: "eine Woche",
    notYet: "Noch nicht genug Daten: Es braucht etwa {needed} Ablesungen, bisher sind es {seen}. Diese Seite sieht von selbst wieder nach.", cannot: "Stufen sind darin nicht zu unterscheiden", cannotHint: "Nichts trennt hier Lauf von Leerlauf. Sehen Sie sich länger zurück um, oder setzen Sie selbst eine Schwelle.", own: "Selbst eine Schwelle setzen",
    histogram: "Wie oft welcher Wert kam, von {from} bis {to}", threshold: "Schwelle zwischen {below} und {above}", under: "darunter ist es {name}", over: "darüber ist es {name}", hint: "Ziehen Sie eine Schwelle, tippen Sie sie ein, oder schieben Sie sie mit den Pfeiltasten. Zwischen ihren beiden Werten bleibt die Maschine, was sie war, damit Rauschen nicht flackert.",
    strip: "Was die Maschine gewesen wäre, von {start} bis {end}", noStrip: "In dieser Zeit war nichts zu hören.", cycles: "Beginne des Laufs (die Striche): {n}", period: "ein Takt dauert etwa {s} s", counts: "Jeder Beginn des Laufs ist ein Stück", countsHint: "Die Striche werden zum Zähler aller Stücke der Maschine, über einen berechneten Kontakt.", share: "{name}: {share} der Zeit", means: "{name} bedeutet", off: "aus", idle: "Leerlauf", idle_high: "hoher Leerlauf", run: "Lauf", unheard: "nicht gehört", wrong: "{share} der Ablesungen würden für die andere Stufe gehalten", warning: "Bitte ansehen: {text}",
    meaning: "Was jede Stufe bedeutet",
  },
});
