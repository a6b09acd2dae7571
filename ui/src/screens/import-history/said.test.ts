// What is said of a file is in the reader's language, with its names and numbers.
import { describe, expect, it } from "vitest";
import { saidOf } from "@/screens/import-history/said";

describe("what is said of a file", () => {
  it.each([
    ["CSV, long, separated by semicolons", "CSV, eine Zeile je Wert, getrennt durch Strichpunkte"],
    ["Parquet, wide", "Parquet, eine Spalte je Signal"],
    ["'N/A' is no number", "„N/A“ ist keine Zahl"],
    ["2026-03-29 02:30 is skipped by the clock in Europe/Prague", "2026-03-29 02:30 wird von der Uhr in Europe/Prague übersprungen"],
    ["1,204 rows become no sample: nothing was stored (mend them, or leave them out)", "Aus 1.204 Zeilen wird kein Wert: nichts wurde gespeichert (bessern Sie sie aus, oder lassen Sie sie weg)"],
    ["12,000 samples, 7 of them there already; 0 rows left out", "12.000 Werte, 7 davon schon da; 0 Zeilen weggelassen"],
    ["something nobody knows", "something nobody knows"],
  ])("%s", (said, german) => expect(saidOf(said, "de")).toBe(german));
  it("in English as it was written", () => expect(saidOf("XLSX, long", "en")).toBe("XLSX, long"));
});
