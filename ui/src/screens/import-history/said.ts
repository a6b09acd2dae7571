// What the server says of a file of samples, of rows that become none and of how an import ended, in the reader's language.
import type { Language } from "@/words/language";

const GERMAN: readonly (readonly [of: RegExp, says: string])[] = [
  // what reads the file
  [/^CSV, long, separated by (.+)$/, "CSV, eine Zeile je Wert, getrennt durch {1}"],
  [/^CSV, wide, separated by (.+)$/, "CSV, eine Spalte je Signal, getrennt durch {1}"],
  [/^(XLSX|Parquet), long$/, "{1}, eine Zeile je Wert"],
  [/^(XLSX|Parquet), wide$/, "{1}, eine Spalte je Signal"],
  [/^InfluxDB annotated CSV$/, "annotiertes CSV von InfluxDB"],
  [/^InfluxDB line protocol$/, "Zeilenprotokoll von InfluxDB"],
  // a row that becomes no sample
  [/^'(.*)' is neither yes nor no$/, "„{1}“ ist weder ja noch nein"],
  [/^'(.*)' is no finite number$/, "„{1}“ ist keine endliche Zahl"],
  [/^a text of a signal has at most (\S+) bytes$/, "ein Text eines Signals hat höchstens {1} Bytes"],
  [/^'(.*)' is no number$/, "„{1}“ ist keine Zahl"],
  [/^'(.*)' is no whole number that the signal can have$/, "„{1}“ ist keine ganze Zahl, die das Signal haben kann"],
  [/^'(.*)' is no quality$/, "„{1}“ ist keine Güte"],
  [/^'(.*)' is no time$/, "„{1}“ ist keine Zeit"],
  [/^day and month could be either: .+ as (.+)$/, "Tag und Monat sind nicht zu unterscheiden: Geben Sie das Muster der Zeiten an, wie {1}"],
  [/^(.+) is skipped by the clock in (.+)$/, "{1} wird von der Uhr in {2} übersprungen"],
  [/^(.+) is before 1990 or to come: .+$/, "{1} liegt vor 1990 oder in der Zukunft: Kein Signal einer Anlage tut das"],
  [/^no tag is named for '(.*)'$/, "für „{1}“ ist kein Signal genannt"],
  // a file that cannot be read, and how an import ended
  [/^this file is empty$/, "Diese Datei ist leer"],
  [/^this file is packed, and damaged$/, "Diese Datei ist gepackt und beschädigt"],
  [/^a row of this file is longer than (\S+) characters(?: \(.+\))?$/, "Eine Zeile dieser Datei ist länger als {1} Zeichen (vielleicht ist es ein anderes Format, oder ein Anführungszeichen fehlt)"],
  [/^row (\d+) is no CSV: (.+)$/, "Zeile {1} ist kein CSV: {2}"],
  [/^this is no text: .+$/, "Das ist kein Text: weder CSV noch Zeilenprotokoll"],
  [/^this workbook is too large to be opened at once(?: \(.+\))?$/, "Diese Arbeitsmappe ist zu groß, um auf einmal geöffnet zu werden (speichern Sie sie als CSV)"],
  [/^this is no Parquet file, or half of one$/, "Das ist keine Parquet-Datei, oder nur eine halbe"],
  [/^this Parquet file cannot be read: (.+)$/, "Diese Parquet-Datei lässt sich nicht lesen: {1}"],
  [/^no column tells the time; there are: (.*?)(?: \(.+\))?$/, "Keine Spalte nennt die Zeit; es gibt: {1} (die erste Zeile nennt die Spalten; eine davon heißt Zeit, time oder timestamp)"],
  [/^a series is called by more than (\S+) characters: (.+)$/, "Eine Reihe hat einen Namen von mehr als {1} Zeichen: {2}"],
  [/^this file has more than (\S+) series.*$/, "Diese Datei hat mehr als {1} Reihen"],
  [/^something went wrong on our side; the log has it$/, "Bei uns ging etwas schief; im Protokoll steht es"],
  [/^nothing was stored$/, "nichts wurde gespeichert"],
  [/^(\S+) rows become no sample: nothing was stored .+$/, "Aus {1} Zeilen wird kein Wert: nichts wurde gespeichert (bessern Sie sie aus, oder lassen Sie sie weg)"],
  [/^(\S+) samples, (\S+) of them there already; (\S+) rows left out$/, "{1} Werte, {2} davon schon da; {3} Zeilen weggelassen"],
  [/^(\S+) samples, (\S+) of them there already; (\S+) rows left out; (\S+) came in .+$/, "{1} Werte, {2} davon schon da; {3} Zeilen weggelassen; {4} kamen mit dieser Datei schon einmal herein und gingen seither: Verlangen Sie sie noch einmal"],
];
const NAMES: Readonly<Record<string, string>> = { commas: "Kommas", semicolons: "Strichpunkte", tabs: "Tabulatoren" };
const NUMBER = /^\d{1,3}(,\d{3})+$/; // as the server writes it

/** As the server wrote it where nothing else is known. */
export function saidOf(text: string, language: Language): string {
  if (language !== "de") return text;
  for (const [of, says] of GERMAN) {
    const found = of.exec(text);
    if (found) return says.replace(/\{(\d)\}/g, (_, n: string) => { const value = found[Number(n)] ?? ""; return NUMBER.test(value) ? value.replaceAll(",", ".") : (NAMES[value] ?? value); });
  }
  return text;
}
