// The words of saying what a connection's signals mean.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    title: "What do the signals mean?", of: "Connection {name}", back: "The connection", stretch: "Look at the last", m30: "half hour", m120: "2 hours", m480: "8 hours", m1440: "day",
    none: "No machine has signals over this connection", noneHint: "Give its signals to a machine first.", notYet: "Not enough data yet: it takes about {needed} minutes of running and {stopsNeeded} stops. So far {running} minutes and {stops} stops.", growing: "This page looks again by itself. What is claimed already may still change.",
    sure: "sure", likely: "likely", unknown: "cannot tell", takeOver: "Take over", evidence: "Pieces a minute from {start} to {end}, at most {most}", stateEvidence: "and what {tag} said", run: "running", stand: "not running", open: "no meaning yet",
    stateIs: "{tag} says what the machine does", activityIs: "It runs while {tag} counts", stateNone: "What it does, one cannot tell", stateNoneHint: "No signal goes with the pieces, or nothing counts. Say it by hand under the connection, or look longer.",
    value: "Value", meaning: "Means", time: "Seen for", made: "Pieces", say: "say it", meansWhat: "What {value} means",
    counts: "{tag} counts {role}", countsSomething: "{tag} counts something", role: "What {tag} counts", role_: "nothing of these", role_total: "all pieces", role_good: "good pieces", role_scrap: "scrap", againstName: "Its name says otherwise. Look at it before you take it over.", anew: "It began anew {n} times: {rollovers} by rolling over, {resets} by being reset.", modulus: "It rolls over at {top}.", doubled: "Two counters have one role. Give one of them another.",
    rateIs: "The ideal rate is {rate} pieces a minute", rateOpen: "The ideal rate, one cannot tell", rate: "Ideal rate, pieces per minute", pace: "{rate} a minute for {minutes} minutes", histogram: "How often which rate was seen, from {from} to {to} pieces a minute",
    contactIs: "{tag} says that it is {use}", use_starved: "starved", use_blocked: "blocked", levelsIs: "{tag} is a raw signal with levels", levelsHint: "{n} levels part in it, such as running and idling.", setLevels: "Set the levels", silent: "Of these nothing is claimed", stands: "The plant says something of this machine already; what you take over replaces it.",
    check: "Check", apply: "Apply", planTitle: "What will change", nothing: "Nothing changes", nothingTaken: "Nothing is taken over yet.", applied: "{name}: its signals have a meaning now", undo: "Undo", takenBack: "Taken back",
  },
  de: {
    title: "Was bedeuten die Signale?", of: "Verbindung {name}", back: "Zur Verbindung", stretch: "Zurückblicken auf", m30: "eine halbe Stunde", m120: "2 Stunden", m480: "8 Stunden", m1440: "einen Tag",
    none: "Keine Maschine hat Signale über diese Verbindung", noneHint: "Geben Sie ihre Signale zuerst einer Maschine.", notYet: "Noch nicht genug Daten: Es braucht etwa {needed} Minuten Lauf und {stopsNeeded} Stillstände. Bisher {running} Minuten und {stops} Stillstände.", growing: "Diese Seite sieht von selbst wieder nach. Was schon behauptet wird, kann sich noch ändern.",
    sure: "sicher", likely: "wahrscheinlich", unknown: "nicht zu sagen", takeOver: "Übernehmen", evidence: "Stück je Minute von {start} bis {end}, höchstens {most}", stateEvidence: "und was {tag} dazu sagte", run: "läuft", stand: "läuft nicht", open: "noch ohne Bedeutung",
    stateIs: "{tag} sagt, was die Maschine tut", activityIs: "Sie läuft, solange {tag} zählt", stateNone: "Was sie tut, ist nicht zu sagen", stateNoneHint: "Kein Signal geht mit den Stücken, oder nichts zählt. Sagen Sie es von Hand bei der Verbindung, oder sehen Sie länger zu.",
    value: "Wert", meaning: "Bedeutet", time: "Gesehen", made: "Stück", say: "bitte sagen", meansWhat: "Was {value} bedeutet",
    counts: "{tag} zählt {role}", countsSomething: "{tag} zählt etwas", role: "Was {tag} zählt", role_: "nichts davon", role_total: "alle Stücke", role_good: "gute Stücke", role_scrap: "Ausschuss", againstName: "Sein Name sagt etwas anderes. Prüfen Sie das vor dem Übernehmen.", anew: "Er begann {n}-mal von vorn: {rollovers}-mal durch Überlauf, {resets}-mal durch Zurücksetzen.", modulus: "Er läuft bei {top} über.", doubled: "Zwei Zähler haben dieselbe Rolle. Geben Sie einem eine andere.",
    rateIs: "Der ideale Takt ist {rate} Stück je Minute", rateOpen: "Der ideale Takt ist nicht zu sagen", rate: "Idealer Takt, Stück je Minute", pace: "{rate} je Minute für {minutes} Minuten", histogram: "Wie oft welcher Takt gesehen wurde, von {from} bis {to} Stück je Minute",
    contactIs: "{tag} sagt, dass sie {use} ist", use_starved: "ohne Zulauf", use_blocked: "blockiert", levelsIs: "{tag} ist ein Rohsignal mit Stufen", levelsHint: "{n} Stufen trennen sich darin, etwa Lauf und Leerlauf.", setLevels: "Stufen festlegen", silent: "Von diesen wird nichts behauptet", stands: "Das Werk sagt schon etwas von dieser Maschine; was Sie übernehmen, ersetzt es.",
    check: "Prüfen", apply: "Anwenden", planTitle: "Was sich ändert", nothing: "Nichts ändert sich", nothingTaken: "Noch ist nichts übernommen.", applied: "{name}: Die Signale haben jetzt eine Bedeutung", undo: "Rückgängig", takenBack: "Zurückgenommen",
  },
});
