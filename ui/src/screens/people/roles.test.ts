// Which role a person has, and whom a search finds.
import { describe, expect, it } from "vitest";
import { matches, roleOf } from "@/screens/people/roles";

describe("the role of a person", () => {
  it.each([
    [["operator"], "operator"],
    [["system-administrator", "plant-owner"], "administrator"],
    [["system-administrator"], "system-administrator"],
    [["viewer", "operator"], null],
    [[], null],
  ])("%j is %s", (roles, expected) => expect(roleOf({ roles })).toBe(expected));
});

describe("the search", () => {
  const person = { name: "Šárka Nováková", login: "sarka" };
  it.each([["", true], ["novak", true], ["NOVÁK šár", true], ["sarka", true], ["bob", false], ["sarka bob", false]])("“%s” finds her: %s", (text, found) => expect(matches(person, text)).toBe(found));
});
