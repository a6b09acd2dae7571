// Whoever is asked a second time gets what they choose then, and the first others' words still stand beside theirs.
import { describe, expect, it } from "vitest";
import { chosen, type Way } from "@/outbox/choice";

const SAID = { start: "s", reason: "jam" };
const AT = { seen: "9-c", first: "7-b" };
describe("a choice", () => {
  it.each([
    ["mine", { ...SAID, seen: "5-a" }, { ...SAID, seen: "9-c" }],
    ["theirs", { ...SAID, seen: "5-a" }, { ...SAID, seen: "9-c", yields: true }],
    ["both", { ...SAID, seen: "5-a" }, { ...SAID, seen: "9-c", beside: "7-b" }],
    ["mine", { ...SAID, seen: "7-b", yields: true }, { ...SAID, seen: "9-c" }],
    ["mine", { ...SAID, seen: "7-b", beside: "5-a" }, { ...SAID, seen: "9-c" }],
    ["theirs", { ...SAID, seen: "7-b", beside: "5-a" }, { ...SAID, seen: "9-c", yields: true }],
    ["both", { ...SAID, seen: "7-b", beside: "5-a" }, { ...SAID, seen: "9-c", beside: "5-a" }],
    ["both", { ...SAID, seen: "7-b", yields: true }, { ...SAID, seen: "9-c", beside: "7-b" }],
  ] as [Way, object, object][])("%s of %j sends %j", (how, body, sent) => expect(chosen(body, how, AT)).toEqual(sent));
});
