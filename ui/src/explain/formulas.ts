// The words in formulas, in every language but the one in which the server writes them; signs and ISO's letters stay.
import type { Language } from "@/words/language";
import { useLanguage } from "@/words/language";

const GERMAN: Readonly<Record<string, string>> = {
  "the moment up to which the planned time from now on comes to the time that is needed": "der Zeitpunkt, bis zu dem die geplante Zeit von jetzt an die nötige Zeit erreicht",
  "of the stretches, by the job's share of the machine": "der Strecken, nach dem Anteil des Auftrags an der Maschine",
  "planned time in which its pieces were made, evenly within a slice": "geplante Zeit, in der ihre Stücke entstanden, gleichmäßig innerhalb eines Abschnitts",
  "the first of those below: job, product on equipment, equipment": "der erste von diesen: Auftrag, Produkt auf der Anlage, Anlage",
  "its time within the stretch": "seine Zeit innerhalb der Strecke",
  "pieces of the hour of production time with most of them": "Stücke der Stunde Produktionszeit mit den meisten",
  "the time per piece within which": "die Zeit je Stück, innerhalb der",
  "of the counted pieces were made": "der gezählten Stücke gemacht wurden",
  "pieces since the reading before": "Stücke seit der Ablesung davor",
  "pieces of its cycles": "Stücke seiner Takte",
  "its share of": "sein Anteil an",
  "by time": "nach Zeit",
  "whole pieces, the rest carried": "ganze Stück, der Rest wird übertragen",
  "in whole pieces": "in ganzen Stücken",
  "time within the slice": "Zeit innerhalb des Abschnitts",
  "time within the hour": "Zeit innerhalb der Stunde",
  "time of the record": "Zeit des Zählsatzes",
  "time of the cycle": "Zeit des Takts",
  "where a stop begins": "wo ein Stopp beginnt",
  "where a failure begins": "wo ein Ausfall beginnt",
  "of its jobs of this product": "seiner Aufträge dieses Produkts",
  "of its jobs of this order": "seiner Aufträge dieser Bestellung",
  "of its jobs": "seiner Aufträge",
  "of jobs with a rate": "von Aufträgen mit Takt",
  "of its count records": "seiner Zählsätze",
  "PQ with a rate": "PQ mit Takt",
  "over slices": "über Abschnitte",
  "over machines": "über Maschinen",
  "over stretches": "über Zeitabschnitte",
  "of the first operation": "des ersten Arbeitsgangs",
  "average inventory": "mittlerer Bestand",
  "Availability": "Verfügbarkeit",
  "Effectiveness": "Leistungsgrad",
  "Quality ratio": "Qualitätsrate",
  "OEE unit-weighted": "OEE nach Stück",
  "OEE index": "OEE-Index",
  "in units": "in Stück",
  "elapsed time": "verstrichene Zeit",
  "standard rate": "Standardtakt",
  "number of short stops": "Anzahl der Kurzstopps",
  "time in short stops": "Zeit in Kurzstopps",
  "short stops": "Kurzstopps",
  "production time": "Produktionszeit",
  "net operation time": "Nettobetriebszeit",
  "theoretical production units": "theoretische Produktionsstücke",
  "total units": "Stücke gesamt",
  "good units": "Gutstücke",
  "ideal cycle time": "ideale Taktzeit",
  "operating time": "Betriebszeit",
  "planned production time": "geplante Produktionszeit",
  "planned time": "geplante Zeit",
  "runtime": "Laufzeit",
  "downtime": "Stillstandszeit",
  "running": "läuft",
  "stopped": "steht",
  "quantity": "Menge",
  "pieces": "Stücke",
  "reject": "Ausschuss",
  "infeed": "Einlauf",
  "rework": "Nacharbeit",
  "scrap": "Ausschuss",
  "total": "gesamt",
  "start": "Anfang",
  "with": "mit",
  "time": "Zeit",
  "rate": "Takt",
  "good": "gut",
  "and": "und",
  "end": "Ende",
};
const WORDS: Readonly<Record<Exclude<Language, "en">, Readonly<Record<string, string>>>> = { de: GERMAN };
const longestFirst = Object.keys(GERMAN).sort((a, b) => b.length - a.length);
const PHRASES = new RegExp(`(?<![\\p{L}_])(?:${longestFirst.join("|")})(?![\\p{L}_])`, "gu"); // a column's own name stays: `good_observed`

export const formulaIn = (formula: string, language: Language): string => (language === "en" ? formula : formula.replace(PHRASES, (phrase) => WORDS[language][phrase] ?? phrase));

/** A formula in the reader's words. */
export function useFormula(): (formula: string) => string {
  const language = useLanguage();
  return (formula) => formulaIn(formula, language);
}
