// The words of causes: which machine a lost minute comes from, and what it did.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    title: "Why the line lost time", titleUnit: "Where its lost time comes from", toStop: "Stop", machine: "Machine", cause: "Cause", time: "Lost", pieces: "Pieces lost", count: "Stops", share: "Share", total: "Lost in all", none: "No time was lost", noneHint: "The line produced in all of its planned time so far.", noneHintUnit: "It produced in all of its planned time.",
    hint: "Each lost minute of {unit} counts once, at the machine and the stop that it comes from.", open: "Show the records under it", stretch: "When", trail: "From the loss to its cause", inferred: "inferred", inferredHint: "No signal says who waited for whom.", more: "and {n} more",
    noReason: "No reason given", pace: "Ran, but too slowly", outside: "From outside the line", no_data: "No data", unclear: "Records contradict each other",
    run: "ran", own: "stood", starved: "starved", blocked: "blocked", since: "{unit} {says} since {time}",
    bottleneck: "Who held the line back", bottleneckHint: "The machine that was active longest without a pause (active period method). Hatched: moving to another.", alone: "{unit}: {share}",
    comesFrom: "{unit}: {cause}", without: "without it +{n} pieces", withoutHint: "The time the line lost to it at the standard rate, less what another machine would have cost anyway ({time}).", reached: "What the stops come from is known so far back to",
  },
  de: {
    title: "Warum die Linie Zeit verlor", titleUnit: "Woher ihre verlorene Zeit kommt", toStop: "Stopp", machine: "Maschine", cause: "Ursache", time: "Verloren", pieces: "Verlorene Stück", count: "Stopps", share: "Anteil", total: "Insgesamt verloren", none: "Keine Zeit verloren", noneHint: "Die Linie hat bisher in ihrer ganzen geplanten Zeit produziert.", noneHintUnit: "Sie hat in ihrer ganzen geplanten Zeit produziert.",
    hint: "Jede verlorene Minute von {unit} zählt einmal: bei der Maschine und dem Stopp, von denen sie kommt.", open: "Die Aufzeichnungen darunter zeigen", stretch: "Wann", trail: "Vom Verlust zur Ursache", inferred: "erschlossen", inferredHint: "Kein Signal sagt, wer auf wen wartete.", more: "und {n} weitere",
    noReason: "Kein Grund angegeben", pace: "Lief, aber zu langsam", outside: "Von außerhalb der Linie", no_data: "Keine Daten", unclear: "Aufzeichnungen widersprechen sich",
    run: "lief", own: "stand", starved: "ohne Zulauf", blocked: "im Rückstau", since: "{unit} {says} seit {time}",
    bottleneck: "Wer die Linie aufhielt", bottleneckHint: "Die Maschine, die am längsten ohne Pause aktiv war (Methode der aktiven Periode). Schraffiert: Wechsel zur nächsten.", alone: "{unit}: {share}",
    comesFrom: "{unit}: {cause}", without: "ohne ihn +{n} Stück", withoutHint: "Die dadurch verlorene Zeit der Linie im Standardtakt, ohne das, was eine andere Maschine ohnehin gekostet hätte ({time}).", reached: "Woher die Stopps kommen, ist bis jetzt bekannt zurück bis",
  },
});
