// What an operator entered while the link was down arrives once, in order, as that person; a refused entry stays to be seen.
import { beforeEach, describe, expect, it } from "vitest";
import { Problem } from "@/api/problem";
import { type Entry, ENTRIES_MAX, Outbox } from "@/outbox/outbox";

const command = (path: string) => ({ path, body: { good: 1 }, label: "counts", values: {} });
const who = (id: string, person = "anna") => ({ id, person, personName: person, atMs: 1 });

describe("Outbox", () => {
  let kept: string | null;
  let answers: (number | "ok")[];
  let sent: string[];
  let outbox: Outbox;
  beforeEach(() => {
    [kept, answers, sent] = [null, [], []];
    const send = (entry: Entry) => {
      const answer = answers.shift() ?? "ok";
      if (answer !== "ok") return Promise.reject(new Problem(answer, { title: "no" }));
      sent.push(`${entry.path} ${entry.id}`);
      return Promise.resolve({ result: { path: entry.path }, auditId: "7" });
    };
    outbox = new Outbox({ read: () => kept, write: (text) => void (kept = text) }, send);
  });

  it("sends at once where the link stands, and keeps nothing", async () => {
    expect(await outbox.submit(command("/a"), who("1"))).toEqual({ kind: "sent", result: { path: "/a" }, auditId: "7" });
    expect(outbox.entries()).toEqual([]);
  });

  it.each([0, 401, 429, 502, 503, 504])("keeps what met status %i and sends it in order with the same key", async (status) => {
    answers = [status, status]; // the second entry is not tried before the first went through
    expect(await outbox.submit(command("/a"), who("1"))).toEqual({ kind: "waiting" });
    expect(await outbox.submit(command("/b"), who("2"))).toEqual({ kind: "waiting" });
    expect(outbox.entries().map((entry) => entry.id)).toEqual(["1", "2"]);
    await outbox.flush("anna");
    expect(sent).toEqual(["/a 1", "/b 2"]);
    expect(outbox.entries()).toEqual([]);
  });

  it("lets a refused one stand to be seen and goes on with the next", async () => {
    answers = [0, 0];
    await outbox.submit(command("/a"), who("1"));
    await outbox.submit(command("/b"), who("2"));
    answers = [422];
    await outbox.flush("anna");
    expect(sent).toEqual(["/b 2"]);
    expect(outbox.entries().map(({ id, refused }) => [id, refused?.status])).toEqual([["1", 422]]);
    outbox.retry("1");
    await outbox.flush("anna");
    expect(sent).toEqual(["/b 2", "/a 1"]);
  });

  it("tells who submitted that it was refused", async () => {
    answers = [409];
    expect(await outbox.submit(command("/a"), who("1"))).toMatchObject({ kind: "refused", problem: { status: 409 }, id: "1" });
    outbox.drop("1");
    expect(outbox.entries()).toEqual([]);
  });

  it("sends nothing under another person's name", async () => {
    answers = [0];
    await outbox.submit(command("/a"), who("1", "anna"));
    await outbox.submit(command("/b"), who("2", "ben"));
    expect(sent).toEqual(["/b 2"]);
    await outbox.flush("anna");
    expect(sent).toEqual(["/b 2", "/a 1"]);
  });

  it("outlives the page", async () => {
    answers = [0];
    await outbox.submit(command("/a"), who("1"));
    const later = new Outbox({ read: () => kept, write: (text) => void (kept = text) }, (entry) => Promise.resolve({ result: sent.push(entry.id), auditId: null }));
    await later.flush("anna");
    expect(sent).toEqual(["1"]);
  });

  it("says so when it is full", async () => {
    kept = JSON.stringify(Array.from({ length: ENTRIES_MAX }, (_, i) => ({ ...command("/x"), ...who(`${i}`), refused: null })));
    await expect(outbox.submit(command("/a"), who("new"))).rejects.toThrow(RangeError);
  });
});
