// What is asked for is what a person named, and a find fills in the form.
import { describe, expect, it } from "vitest";
import type { Found, Way } from "@/screens/find-devices/api";
import { connectOf, NO_CHOICE, rangesOf, waysOf, wrongPorts } from "@/screens/find-devices/asked";

const WAYS: Way[] = [{ name: "modbus", title: "Modbus TCP", ports: [502] }, { name: "opcua", title: "OPC UA", ports: [4840] }];

describe("a search as it is asked for", () => {
  it("names ranges in lines, with commas, or with both", () => expect(rangesOf({ ...NO_CHOICE, ranges: "10.1.2.0/28\n10.1.2.40-10.1.2.44, 10.1.3.7 " })).toEqual(["10.1.2.0/28", "10.1.2.40-10.1.2.44", "10.1.3.7"]));
  it("asks in all ways at their usual ports, unless said otherwise", () => {
    expect(waysOf(NO_CHOICE, WAYS)).toEqual({ modbus: [502], opcua: [4840] });
    expect(waysOf({ ...NO_CHOICE, dropped: ["opcua"], ports: { modbus: "502, 5020" } }, WAYS)).toEqual({ modbus: [502, 5020] });
  });
  it.each([["", ["modbus"]], ["70000", ["modbus"]], ["5o2", ["modbus"]], ["1 65535", []]])("holds back for ports such as %j", (modbus, wrong) => expect(wrongPorts({ ...NO_CHOICE, ports: { modbus } }, WAYS)).toEqual(wrong));
  it("leads from a find to the form", () => {
    const found: Found = { host: "10.1.2.7", port: 502, driver: "modbus", says: "ACME", details: [], notes: [], connect: { name: "modbus-10-1-2-7-unit1", driver: "modbus", options: { host: "10.1.2.7", unit: 1 }, missing: null, plant_code: "" } };
    const [path, search] = connectOf(found).split("?");
    expect([path, Object.fromEntries(new URLSearchParams(search))]).toEqual(["/connect", { driver: "modbus", name: "modbus-10-1-2-7-unit1", options: '{"host":"10.1.2.7","unit":1}' }]);
  });
});
