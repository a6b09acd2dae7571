// What is refused at a machine is said in the reader's language, with the names and numbers that the server told.
import { describe, expect, it } from "vitest";
import { refusalOf } from "@/words/refusals";

const told = (code: string, detail: string, hint: string | null = null) => ({ code, detail, hint });

describe("a refusal", () => {
  it.each([
    ["reason-unknown", "there was no reason 'mechanical/jan' at that time", "Den Grund „mechanical/jan“ gibt es zu dieser Zeit nicht."],
    ["count-sum", "7 good, 2 scrap and 0 rework are not 10", "7 gut, 2 Ausschuss und 0 Nacharbeit sind nicht 10."],
    ["reading-far", "90000 pieces lie between 10 and 90010: nobody makes so many at once", "Zwischen 10 und 90010 liegen 90000 Stück: So viele macht niemand auf einmal."],
    ["reading-gap", "Ann read 40 at 2026-01-05T06:00:00Z; this begins at 52: 12 pieces lie between", "Seit der letzten Ablesung fehlen 12 Stück."],
    ["job-running", "Filler runs PO-1 since 2026-01-05T06:00:00Z", "Auf Filler läuft PO-1."],
    ["job-running", "PO-1 still runs", "Es läuft dort noch."],
    ["shift-signed", "Ann signed the shift Early from 2026-01-05T06:00:00Z on 2026-01-05T14:01:00Z: it stands", "Ann hat die Schicht Early unterschrieben: Sie steht fest."],
    ["period", "this period is too long for one request: at most 31 days", "Dieser Zeitraum ist zu lang: höchstens 31 Tage auf einmal."],
    ["export-too-long", "these are 2,000,000 rows, and a spreadsheet holds 1,048,575", "Das sind mehr Zeilen, als eine Tabelle fasst."],
    ["export-too-long", "these are 200,000,000 cells, and 100,000,000 are the most", "Das sind zu viele Zellen für eine Datei."],
    ["exports-busy", "2 exports are written already", "2 Ausgaben werden schon geschrieben."],
    ["correction-many", "acme/press.speed has been corrected 1000 times", "acme/press.speed wurde schon 1000-mal korrigiert."],
    ["correction-unclear", "a value is not scaled: give it as it was", "Diese Angaben passen nicht zueinander."],
    ["period", "the end lies before the start", "Das Ende liegt vor dem Anfang."],
  ])("%s is in German", (code, detail, german) => expect(refusalOf(told(code, detail), "de").detail).toBe(german));
  it("says the way on, and no English one where there is none", () => {
    expect(refusalOf(told("split-nothing", "nothing goes on across 10:00 that could be split", "a moment inside a stop"), "de").hint).toBe("Wählen Sie einen Zeitpunkt innerhalb eines Stopps.");
    expect(refusalOf(told("job-ended", "PO-1 ended already at 10:00", "x"), "de").hint).toBeNull();
  });
  it.each([["de", "nobody-knows"], ["en", "count-empty"]] as const)("in %s of %s is as the server wrote it", (language, code) => expect(refusalOf(told(code, "as it is", "go on"), language)).toEqual({ detail: "as it is", hint: "go on" }));
});
