// What a reason rests on is said in the language of whoever looks.
import { describe, expect, it } from "vitest";
import type { Evidence } from "@/api/types";
import { evidenceLine, words } from "@/states/evidence";
import { speak } from "@/words/words";

const none: Evidence = { by: "", text: "as the server says", code: null, rule: null, at: null, others: [], values: {}, told: null, state: null, went_from: null, went_to: null };
const followed = { text: "Guard", reason: null, at: "2026-11-23T08:00:01Z" };
const at = "2026-11-23T08:00:00Z";

describe("evidence of a reason", () => {
  it.each([
    [{ by: "fault", code: "17", told: "Jam", at, others: [{ ...followed, code: "22" }] }, "first-out 17 Jam, then 22 Guard", "Erste Störung 17 Jam, danach 22 Guard"],
    [{ by: "fault", code: "17" }, "fault 17", "Störung 17"],
    [{ by: "rule", rule: "starved", values: { upstream: "Held", level: 3, full: false } }, "rule starved: upstream Held, level 3, full false", "Regel starved: upstream Held, level 3, full falsch"],
    [{ by: "rule", rule: "starved" }, "rule starved", "Regel starved"],
    [{ by: "changeover", went_from: "cola", went_to: null }, "changeover cola → –", "Umrüsten cola → –"],
    [{ by: "oracle" }, "as the server says", "as the server says"],
  ])("%o", (given, english, german) => {
    const evidence = { ...none, ...given } as Evidence;
    expect(evidenceLine(evidence, speak(words, "en"))).toBe(english);
    expect(evidenceLine(evidence, speak(words, "de"))).toBe(german);
  });
});
