// The words of explanations: kinds of steps, and the facts that stand beside them.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    title: "Why this number", explain: "Explain", exact: "Exact", exactHint: "Every value to its last digit, times in seconds: to compute each step again", close: "Close", copy: "Copy link", copied: "Link copied", path: "Steps of the explanation", convention: "Convention", formula: "Formula", more: "Show more",
    children: "Made of", none: "Nothing lies below this step.", noneHint: "Nothing contributed to this sum in the period.", of: "{name}, {start} to {end}", asKnown: "As known then: {known}", unsigned: "As it would be now, were the shift not signed", facts: "Facts", trend: "Trend", running: "still running", end: "This is the signal in the controller.",
  },
  de: {
    title: "Warum diese Zahl", explain: "Erklären", exact: "Genau", exactHint: "Jeder Wert bis zur letzten Stelle, Zeiten in Sekunden: um jeden Schritt nachzurechnen", close: "Schließen", copy: "Link kopieren", copied: "Link kopiert", path: "Schritte der Erklärung", convention: "Konvention", formula: "Formel", more: "Mehr zeigen",
    children: "Besteht aus", none: "Unter diesem Schritt liegt nichts.", noneHint: "In diesem Zeitraum trug nichts zu dieser Summe bei.", of: "{name}, {start} bis {end}", asKnown: "Wie damals bekannt: {known}", unsigned: "Wie es jetzt wäre, wäre die Schicht nicht unterschrieben", facts: "Angaben", trend: "Verlauf", running: "läuft noch", end: "Das ist das Signal in der Steuerung.",
  },
});

export const kindWords = defineWords({
  en: { kpi: "Figure", figure: "Figure", cycle: "Cycle", stop: "Stop", cause: "Cause", stretch: "Stretch", span: "Planned time", column: "Sum", equipment: "Equipment", slice: "Slice", "state-record": "State record", "timeline-edit": "Said by", "derived-record": "What the signals say", "count-record": "Count record", "count-entry": "Said by", "job-response": "Job", sample: "Sample", address: "Address" },
  de: { kpi: "Kennzahl", figure: "Größe", cycle: "Takt", stop: "Stopp", cause: "Ursache", stretch: "Abschnitt", span: "Geplante Zeit", column: "Summe", equipment: "Anlage", slice: "Abschnitt", "state-record": "Zustandssatz", "timeline-edit": "Angabe von", "derived-record": "Was die Signale sagen", "count-record": "Zählsatz", "count-entry": "Angabe von", "job-response": "Auftrag", sample: "Messwert", address: "Adresse" },
});

export const factWords = defineWords({
  en: {
    standard: "Standard", range: "Range", measure: "Measure", classes: "Time classes", flag: "Mark", state: "State", mode: "Mode", reason: "Reason", because: "Evidence", external: "From outside", unplanned: "Outside the plan", plan: "Plan", cls: "Time class",
    day: "Day", shift_id: "Shift", crew: "Crew", start: "Start", end: "End", elapsed_us: "Duration", source: "Source", kind: "Kind", quantity: "Quantity", origin: "Origin", spread: "Spread over an outage", to_this_slice: "Into this slice",
    tag: "Tag", ts: "Time", ts_device: "Device time", quality_name: "Quality", connection: "Connection", driver: "Driver", endpoint: "Endpoint", address: "Address", scale: "Scale", offset: "Offset", product: "Product", rate_upm: "Standard rate /min",
    rate_from: "Rate given by", rate_at: "Rate written at", rate_since: "Rate holds since", rate_until: "Rate holds until", rate_said: "Rate said at", rate_by: "Rate said by", rate_how: "Rate said through", rate_version: "Version of the plant code",
    path: "Equipment", job_response_id: "Job", good: "Good", scrap: "Scrap", by: "Said by", at: "Said at", comment: "Comment", why: "Why it was said", evidence_changed: "Signals changed since", moved_us: "Time counted otherwise", cls_before: "Counted by the signals as", cls_after: "Counted now as", untold: "Counted by nothing", no_value: "No value", yes: "yes", no: "no",
    rework: "Rework", infeed: "Infeed", share_ppm: "Share, in millionths", pri_ns: "Time per piece (PRI)", ideal_ns: "Ideal time (PRI·PQ)", ideal_good_ns: "Ideal time of the good pieces (PRI·GQ)", theoretical_mu: "Pieces at the standard rate, thousandths", pieces_since: "Pieces since the reading before", reading: "Taken for", modulus: "Counter rolls over at", within_us: "Of it in this step", lasted_us: "Lasted in all", counted: "Pieces counted", wanted: "Share of them", took_less: "Pieces that took less", took_at_most: "Pieces that took at most so long", low_s: "From", high_s: "Up to", each_s: "Time per piece", pieces_made: "Pieces of the cycle", job_order: "Order", earliest: "One of ten is done by", latest: "Nine of ten are done by", asked: "Pieces asked for", made: "Pieces made", left: "Pieces left", missing: "Why it cannot be said", many: "Stretches left (many)", mean_us: "Mean of the stretches", quantile: "Share of them", quantile_us: "Within which they were done (quantile)", pieces_each: "Pieces of a stretch", needed_us: "Planned time needed", rank: "Place, the shortest first", shift: "Shift",
    stops: "Stops", inferred_us: "Of it inferred", inferred: "Inferred, no signal says it", trail: "From the loss to its cause", produced: "Pieces made", planned: "Pieces at the standard rate",
  },
  de: {
    standard: "Norm", range: "Bereich", measure: "Maß", classes: "Zeitklassen", flag: "Kennzeichen", state: "Zustand", mode: "Betriebsart", reason: "Grund", because: "Beleg", external: "Von außen", unplanned: "Außerhalb des Plans", plan: "Plan", cls: "Zeitklasse",
    day: "Tag", shift_id: "Schicht", crew: "Mannschaft", start: "Anfang", end: "Ende", elapsed_us: "Dauer", source: "Quelle", kind: "Art", quantity: "Menge", origin: "Herkunft", spread: "Über einen Ausfall verteilt", to_this_slice: "In diesen Abschnitt",
    tag: "Signal", ts: "Zeit", ts_device: "Gerätezeit", quality_name: "Güte", connection: "Verbindung", driver: "Treiber", endpoint: "Endpunkt", address: "Adresse", scale: "Faktor", offset: "Versatz", product: "Produkt", rate_upm: "Standardtakt /min",
    rate_from: "Takt gegeben durch", rate_at: "Takt geschrieben bei", rate_since: "Takt gilt seit", rate_until: "Takt gilt bis", rate_said: "Takt angegeben am", rate_by: "Takt angegeben von", rate_how: "Takt angegeben über", rate_version: "Version des Werkscodes",
    path: "Anlage", job_response_id: "Auftrag", good: "Gut", scrap: "Ausschuss", by: "Angabe von", at: "Angegeben am", comment: "Bemerkung", why: "Anlass der Angabe", evidence_changed: "Signale seither geändert", moved_us: "Anders gezählte Zeit", cls_before: "Nach den Signalen gezählt als", cls_after: "Jetzt gezählt als", untold: "Von nichts gezählt", no_value: "Kein Wert", yes: "ja", no: "nein",
    rework: "Nacharbeit", infeed: "Einlauf", share_ppm: "Anteil in Millionsteln", pri_ns: "Zeit je Stück (PRI)", ideal_ns: "Sollzeit (PRI·PQ)", ideal_good_ns: "Sollzeit der Gutstücke (PRI·GQ)", theoretical_mu: "Stücke im Standardtakt, Tausendstel", pieces_since: "Stück seit der Ablesung davor", reading: "Gedeutet als", modulus: "Zähler läuft über bei", within_us: "Davon in diesem Schritt", lasted_us: "Dauer insgesamt", counted: "Gezählte Stücke", wanted: "Anteil davon", took_less: "Stücke, die kürzer brauchten", took_at_most: "Stücke, die höchstens so lange brauchten", low_s: "Von", high_s: "Bis", each_s: "Zeit je Stück", pieces_made: "Stücke des Takts", job_order: "Auftrag", earliest: "Einer von zehn fertig bis", latest: "Neun von zehn fertig bis", asked: "Verlangte Stücke", made: "Gemachte Stücke", left: "Fehlende Stücke", missing: "Warum es niemand sagen kann", many: "Fehlende Strecken (many)", mean_us: "Mittel der Strecken (mean)", quantile: "Anteil von ihnen", quantile_us: "Der so lange brauchte (quantile)", pieces_each: "Stücke einer Strecke", needed_us: "Nötige geplante Zeit", rank: "Platz, die kürzeste zuerst", shift: "Schicht",
    stops: "Stopps", inferred_us: "Davon erschlossen", inferred: "Erschlossen, kein Signal sagt es", trail: "Vom Verlust zur Ursache", produced: "Gemachte Stücke", planned: "Stücke im Standardtakt",
  },
});

/** What a reading of a counter was taken for. */
export const readingWords = defineWords({
  en: { first: "where the counter stood before", grew: "growth", fell: "roll-over, reset or correction", held: "a jump that no machine makes: held for a review, not counted" },
  de: { first: "Stand davor", grew: "Zuwachs", fell: "Überlauf, Rücksetzung oder Berichtigung", held: "Sprung, den keine Maschine macht: zur Prüfung gehalten, nicht gezählt" },
});

export const changeWords = defineWords({
  en: {
    title: "What changed since", what: "Change", said: "Said", by: "By", why: "Why", yesterday: "yesterday", week: "last week", correction: "this correction", moment: "a moment", at: "Moment", points: "{n} pp", nothing: "Nothing that moves this figure became known since then.", steps: "{n} times", settling: "Part of this equipment is out of your sight.", more: "Show more",
    "timeline-edit": "Timeline edit", "timeline-withdrawal": "Edit taken back", "count-entry": "Pieces entered or reviewed", job: "Job changed", plant: "Plant code applied", calendar: "Calendar corrected", restate: "Past restated", signature: "Shift signed or opened", "sample-correction": "Samples corrected", "late-data": "Data that came late", data: "Data", running: "Time that went on",
    rate: "ideal time {us}", before: "then", after: "now",
  },
  de: {
    title: "Was sich geändert hat seit", what: "Änderung", said: "Angabe", by: "Von", why: "Warum", yesterday: "gestern", week: "letzter Woche", correction: "dieser Angabe", moment: "Zeitpunkt", at: "Zeitpunkt", points: "{n} %-Pkt", nothing: "Seither wurde nichts bekannt, was diese Kennzahl bewegt.", steps: "{n}-mal", settling: "Ein Teil dieser Anlage ist für Sie nicht sichtbar.", more: "Mehr zeigen",
    "timeline-edit": "Angabe zum Zeitverlauf", "timeline-withdrawal": "Angabe zurückgenommen", "count-entry": "Stück eingegeben oder geprüft", job: "Auftrag geändert", plant: "Werkscode angewendet", calendar: "Kalender berichtigt", restate: "Vergangenheit neu bewertet", signature: "Schicht unterschrieben oder geöffnet", "sample-correction": "Messwerte berichtigt", "late-data": "Verspätete Daten", data: "Daten", running: "Zeit, die weiterlief",
    rate: "Sollzeit {us}", before: "damals", after: "jetzt",
  },
});

export const conventionWords = defineWords({
  en: {
    title: "By other definitions", definition: "Definition", rule: "Rule", difference: "Difference", shown: "shown here", availability: "A", performance: "P", quality: "Q", points: "{n} points", same: "the same", pieces: "{n} pieces", then: "then",
    shortStops: "{n} short stops of at most {s} s in this period. All definitions use the same sums.",
    short_stopsStep: "short stops count as run time", unitsStep: "products weigh by pieces, not by time", neitherStep: "without an order: neither runtime nor downtime", speedStep: "slow running is not seen", stopsStep: "stops count as lost performance, only set-up as lost availability",
  },
  de: {
    title: "Nach anderen Definitionen", definition: "Definition", rule: "Regel", difference: "Unterschied", shown: "hier gezeigt", availability: "V", performance: "L", quality: "Q", points: "{n} Punkte", same: "gleich", pieces: "{n} Stück", then: "dann",
    shortStops: "{n} Kurzstopps von höchstens {s} s in diesem Zeitraum. Alle Definitionen nutzen dieselben Summen.",
    short_stopsStep: "Kurzstopps zählen als Laufzeit", unitsStep: "Produkte wiegen nach Stück, nicht nach Zeit", neitherStep: "ohne Auftrag: weder Laufzeit noch Stillstand", speedStep: "langsamer Lauf bleibt ungesehen", stopsStep: "Stopps zählen als Leistungsverlust, nur Rüsten als Verfügbarkeitsverlust",
  },
});

/** Who gave a standard rate, and by which way it came into the plant. */
export const rateWords = defineWords({
  en: { "standard-rate": "Standard rate", job: "the job", order: "the order", product: "the product on equipment", equipment: "the equipment", "plant.apply": "plant code", "plant.rollback": "plant code rolled back", "connection.put": "connecting the machine", "job_order.plan": "the planned order" },
  de: { "standard-rate": "Standardtakt", job: "den Auftrag", order: "die Bestellung", product: "das Produkt auf der Anlage", equipment: "die Anlage", "plant.apply": "Werkscode", "plant.rollback": "zurückgesetzten Werkscode", "connection.put": "Anbinden der Maschine", "job_order.plan": "die geplante Bestellung" },
});
