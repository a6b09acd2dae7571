// What a spreadsheet gives becomes signals.
import { describe, expect, it } from "vitest";
import { pasted } from "@/screens/connect/paste";

const read = (text: string) => pasted(text).signals.map(({ property, address, kind, unit, scale, offset, scan }) => [property, address, kind, unit, scale, offset, scan]);

describe("a pasted table", () => {
  it.each([
    ["cells as a spreadsheet copies them", "Good pieces\t40001:uint32\tu64\t{#}", [["good_pieces", "40001:uint32", "u64", "{#}", "1", "0", "default"]]],
    ["a heading in its own order, in German", "Adresse;Bezeichnung;Faktor\n30010:int16;Temperatur;0,1", [["temperatur", "30010:int16", "", "", "0.1", "0", "default"]]],
    ["a list with commas and quotes", 'name,address,type,unit\n"Speed, actual",30005:float32,REAL,"{#}/min"', [["speed_actual", "30005:float32", "f64", "{#}/min", "1", "0", "default"]]],
    ["addresses alone", "40001\n40002", [["at_40001", "40001", "", "", "1", "0", "default"], ["at_40002", "40002", "", "", "1", "0", "default"]]],
    ["a range of registers of which nobody has papers", "40009-40011", [["at_40009", "40009", "", "", "1", "0", "default"], ["at_40010", "40010", "", "", "1", "0", "default"], ["at_40011", "40011", "", "", "1", "0", "default"]]],
    ["a range with a type takes as many registers as it has, and numbers its name", "weight\t030001..030004:float32", [["weight_1", "030001:float32", "", "", "1", "0", "default"], ["weight_2", "030003:float32", "", "", "1", "0", "default"]]],
    ["what only looks like a range stays as it is", "40001-39000\n10001-40001\n40001-49999", [["at_40001_39000", "40001-39000", "", "", "1", "0", "default"], ["at_10001_40001", "10001-40001", "", "", "1", "0", "default"], ["at_40001_49999", "40001-49999", "", "", "1", "0", "default"]]],
    ["OPC UA addresses keep their semicolon", "state,ns=4;i=1001\nnsu=urn:maker;s=Filler.Speed", [["state", "ns=4;i=1001", "", "", "1", "0", "default"], ["nsu_urn_maker_s_filler_speed", "nsu=urn:maker;s=Filler.Speed", "", "", "1", "0", "default"]]],
    ["all seven columns", "temp\t40003\tint\tCel\t0.1\t-10\tslow", [["temp", "40003", "i64", "Cel", "0.1", "-10", "slow"]]],
  ])("%s", (_, text, rows) => expect(read(text)).toEqual(rows));
  it("counts rows without an address", () => expect(pasted("name\taddress\nleft out\t\nspeed\t40001")).toMatchObject({ skipped: 1, signals: [{ property: "speed" }] }));
});
