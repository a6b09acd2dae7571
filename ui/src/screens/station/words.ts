// The words of the station.
import { defineWords } from "@/words/words";

export const navWords = defineWords({ en: { nav: "Station" }, de: { nav: "Station" } });

export const words = defineWords({
  en: {
    leave: "All of Dovetail", up: "Line", person: "Change person", signOut: "Sign out", stay: "Stay", handOverHint: "Sign out so that the next person signs in under their own name.", language: "Language", lost: "No link: entries are kept here", waits: "No value yet", notItsFault: "Not this machine's fault",
    stops: "Stops of this shift", stopsNoShift: "Stops since {time}", open: "{n} without a reason", allAnswered: "all answered", none: "No stops yet", noneHint: "The machine ran all the time that is known.", earlier: "Earlier stops", later: "Later stops", pageOf: "{n} / {all}", moreMachines: "More machines, page {n} of {all}",
    job: "Job", noJob: "No job is running", order: "Order {order}", lot: "Lot {lot}", since: "since {start}", bySchedule: "started by the schedule", byTag: "started by its signal", due: "{order} is due since {time} and waits: {why}", hindered_runs: "{job} runs here since {since}", hindered_ran: "a job of its name has run here already", hindered_gone: "its equipment is no more", hindered_refused: "{text}", note: "Note: {note}", good: "Good", scrap: "Scrap", target: "Target so far", noTarget: "No target without a standard rate",
    enter: "Enter pieces", startJob: "Start job", nextJob: "Next job", endJob: "End job", endWhich: "Which job ends?", handOver: "Hand over", mayNot: "You may look here, not enter.",
  },
  de: {
    leave: "Ganzes Dovetail", up: "Linie", person: "Person wechseln", signOut: "Abmelden", stay: "Bleiben", handOverHint: "Melden Sie sich ab, damit sich die nächste Person mit ihrem eigenen Namen anmeldet.", language: "Sprache", lost: "Keine Verbindung: Eingaben bleiben hier", waits: "Noch kein Wert", notItsFault: "Nicht durch diese Maschine",
    stops: "Stopps dieser Schicht", stopsNoShift: "Stopps seit {time}", open: "{n} ohne Grund", allAnswered: "alle beantwortet", none: "Noch keine Stopps", noneHint: "Die Maschine lief in der ganzen bekannten Zeit.", earlier: "Frühere Stopps", later: "Spätere Stopps", pageOf: "{n} / {all}", moreMachines: "Weitere Maschinen, Seite {n} von {all}",
    job: "Auftrag", noJob: "Kein Auftrag läuft", order: "Auftrag {order}", lot: "Charge {lot}", since: "seit {start}", bySchedule: "vom Plan gestartet", byTag: "vom Signal gestartet", due: "{order} ist seit {time} fällig und wartet: {why}", hindered_runs: "{job} läuft hier seit {since}", hindered_ran: "ein Auftrag dieses Namens lief hier schon", hindered_gone: "die Anlage gibt es nicht mehr", hindered_refused: "{text}", note: "Hinweis: {note}", good: "Gut", scrap: "Ausschuss", target: "Soll bisher", noTarget: "Ohne Standardtakt kein Soll",
    enter: "Stück eingeben", startJob: "Auftrag starten", nextJob: "Nächster Auftrag", endJob: "Auftrag beenden", endWhich: "Welcher Auftrag endet?", handOver: "Übergeben", mayNot: "Sie dürfen hier sehen, nicht eingeben.",
  },
});

export const jobWords = defineWords({
  en: {
    title: "Start a job on {name}", product: "Product", order: "Order", lot: "Lot", rate: "Standard rate, pieces per minute", optional: "optional", usual: "as the product: {rate}", start: "Start", change: "Start, end what runs", beside: "Start beside what runs", cancel: "Cancel", noProducts: "The plant code names no products yet.", more: "More products",
    handOver: "Hand over: {product}", note: "Note for the next shift", noteHint: "what they should know", crew: "Crew", hand: "Hand over", handAndLeave: "Hand over and sign out", end: "End job", endSure: "End {product} on {name}?",
  },
  de: {
    title: "Auftrag starten: {name}", product: "Produkt", order: "Auftragsnummer", lot: "Charge", rate: "Standardtakt, Stück pro Minute", optional: "optional", usual: "wie das Produkt: {rate}", start: "Starten", change: "Starten, Laufenden beenden", beside: "Neben dem Laufenden starten", cancel: "Abbrechen", noProducts: "Der Werkscode nennt noch keine Produkte.", more: "Weitere Produkte",
    handOver: "Übergeben: {product}", note: "Hinweis für die nächste Schicht", noteHint: "was sie wissen sollte", crew: "Team", hand: "Übergeben", handAndLeave: "Übergeben und abmelden", end: "Auftrag beenden", endSure: "{product} an {name} beenden?",
  },
});

/** Texts of a machine that name no job, by why they do not. */
export const textWords = defineWords({
  en: {
    unknown: "The machine says “{text}” since {time}: no order here and no product.", "no-order": "The machine says “{text}” since {time}: this order is not planned here.", "no-product": "The machine says “{text}” since {time}: nobody knows this product.",
    "no-match": "The machine says “{text}” since {time}: the plant code cannot read it.", "too-long": "The machine says a text since {time} that is too long for an order.", more: "And {n} more.", open: "What was it?",
    title: "“{text}” meant …", from: "{tag} ({address}), {time}. What you choose begins at that time.", order: "Order", optional: "as it is planned", answer: "It meant this", nothing: "It was no job",
  },
  de: {
    unknown: "Die Maschine sagt „{text}“ seit {time}: kein Auftrag hier und kein Produkt.", "no-order": "Die Maschine sagt „{text}“ seit {time}: dieser Auftrag ist hier nicht geplant.", "no-product": "Die Maschine sagt „{text}“ seit {time}: niemand kennt dieses Produkt.",
    "no-match": "Die Maschine sagt „{text}“ seit {time}: der Werkscode kann das nicht lesen.", "too-long": "Die Maschine sagt seit {time} einen Text, der für einen Auftrag zu lang ist.", more: "Und {n} weitere.", open: "Was war es?",
    title: "„{text}“ hieß …", from: "{tag} ({address}), {time}. Was Sie wählen, beginnt zu dieser Zeit.", order: "Auftragsnummer", optional: "wie geplant", answer: "Das war gemeint", nothing: "Es war kein Auftrag",
  },
});
