// Of all pieces, good ones and scrap two give the third; what cannot be is not sent.
import { describe, expect, it } from "vitest";
import { follows, scrapIn, sent, type Typed, wrong } from "@/counts/derived";

const typed = (words: Partial<Typed>): Typed => ({ good: "", scrap: "", total: "", rework: "", infeed: "", ...words });

describe("what was typed", () => {
  it.each([
    // typed                                          follows                              scrap  wrong      sent
    [{ good: "5" }, null, 0, null, { good: 5 }],
    [{ good: "5", scrap: "0" }, null, 0, null, { good: 5 }],
    [{ total: "100" }, { kind: "good", quantity: 100 }, 0, null, { total: 100 }],
    [{ total: "100", scrap: "7" }, { kind: "good", quantity: 93 }, 7, null, { scrap: 7, total: 100 }],
    [{ total: "100", good: "90" }, { kind: "scrap", quantity: 10 }, 10, null, { good: 90, total: 100 }],
    [{ total: "100", good: "90", rework: "4" }, { kind: "scrap", quantity: 6 }, 6, null, { good: 90, total: 100, rework: 4 }],
    [{ total: "100", good: "0" }, { kind: "scrap", quantity: 100 }, 100, null, { good: 0, total: 100 }],
    [{ total: "100", good: "101" }, { kind: "scrap", quantity: -1 }, -1, "sum", { good: 101, total: 100 }],
    [{ total: "100", good: "90", scrap: "9" }, null, 9, "sum", { good: 90, scrap: 9, total: 100 }],
    [{ total: "0" }, { kind: "good", quantity: 0 }, 0, "nothing", { total: 0 }],
    [{}, null, 0, "nothing", {}],
    [{ infeed: "120" }, null, 0, null, { infeed: 120 }],
  ] as const)("%j", (...row) => {
    const [words, derived, scrap, why, body] = row;
    expect(follows(typed(words))).toEqual(derived);
    expect(scrapIn(typed(words))).toBe(scrap);
    expect(wrong(typed(words))).toBe(why);
    expect(sent(typed(words))).toEqual(body);
  });
});
