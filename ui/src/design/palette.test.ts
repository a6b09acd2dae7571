// One palette: a colour written anywhere else would not follow dark mode, nor ISA-101.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const SRC = new URL("../", import.meta.url).pathname;
const sheets = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".css") && file !== "design/palette.css");
const COLOUR = /#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch|color)\(|:\s*(?:white|black|red|green|blue|gr[ae]y|orange|yellow)\b/i;
const palette = readFileSync(`${SRC}design/palette.css`, "utf8");
const named = new Set([...palette.matchAll(/--([\w-]+):/g)].map((match) => match[1]));
const used = (text: string) => [...text.matchAll(/var\(--([\w-]+)/g)].map((match) => match[1] ?? "");
const METRICS = new Set(["header", "sidebar", "radius", "touch"]);

describe("palette", () => {
  it("is looked for in many style sheets", () => expect(sheets.length).toBeGreaterThan(10));
  it.each(sheets)("%s names no colour of its own", (sheet) => expect(readFileSync(SRC + sheet, "utf8").match(COLOUR)).toBeNull());
  it.each(sheets)("%s uses names that exist", (sheet) => {
    const text = readFileSync(SRC + sheet, "utf8");
    const own = new Set([...text.matchAll(/--([\w-]+): (?:min\(|\d)/g)].map((match) => match[1])); // a measure that only this sheet needs
    const unknown = used(text).filter((name) => !named.has(name) && !METRICS.has(name) && !own.has(name) && !name.startsWith("mantine-"));
    expect(unknown).toEqual([]);
  });
  it("names the same in light and dark", () => {
    const [light, dark] = ["light", "dark"].map((scheme) => palette.match(new RegExp(`\\[data-mantine-color-scheme="${scheme}"\\] \\{([^}]*)\\}`))?.[1] ?? "");
    const names = (block: string | undefined) => [...(block ?? "").matchAll(/--([\w-]+):/g)].map((match) => match[1]);
    expect(names(dark)).toEqual(names(light));
    expect(names(light).length).toBeGreaterThan(30);
  });
});
