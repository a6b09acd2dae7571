// A German operator must never meet an English gap: every catalogue says the same things in every language.
import { describe, expect, it } from "vitest";
import { LANGUAGES, languageOf } from "@/words/language";
import { type Catalogue, fill } from "@/words/words";

const modules = import.meta.glob<Record<string, Catalogue<string>>>("../**/*words.ts", { eager: true });
const catalogues = Object.entries(modules).flatMap(([file, module]) =>
  Object.entries(module)
    .filter(([, value]) => typeof value === "object" && "en" in value)
    .map(([name, words]) => ({ where: `${file} ${name}`, words })),
);
const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe("catalogues", () => {
  it("are found", () => expect(catalogues.length).toBeGreaterThan(5));

  it.each(catalogues)("$where has the same keys in every language", ({ words }) => {
    for (const language of LANGUAGES) expect(Object.keys(words[language]).sort()).toEqual(Object.keys(words.en).sort());
  });

  it.each(catalogues)("$where fills the same places in every language, and nothing is empty", ({ words }) => {
    for (const [key, text] of Object.entries(words.en)) {
      expect(places(words.de[key] ?? ""), key).toEqual(places(text));
      expect((words.de[key] ?? "").trim(), key).not.toBe("");
    }
  });
});

describe("words", () => {
  it("put numbers in the language's own form", () => {
    expect(fill("{n} pieces", { n: 1234.5 }, "en")).toBe("1,234.5 pieces");
    expect(fill("{n} Stück", { n: 1234.5 }, "de")).toBe("1.234,5 Stück");
  });
  it("leave an unknown place visible", () => expect(fill("{missing}", {}, "en")).toBe("{missing}"));
  it.each([["de-AT", "de"], ["EN-us", "en"], ["cs", undefined], [null, undefined]])("%s speaks %s", (locale, language) => expect(languageOf(locale)).toBe(language));
});
