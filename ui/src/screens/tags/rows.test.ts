// The tag table must find by any part, keep what is bad together, and never mix numbers and texts.
import { describe, expect, it } from "vitest";
import type { Signal } from "@/api/types";
import { type Newest } from "@/signals/newest";
import { type Filter, foundOf, rowsOf } from "@/screens/tags/rows";

const signal = (id: number, path: string, more: Partial<Signal> = {}): Signal => ({ id, equipment_id: 1, path, property: path.split(".")[1] ?? "", kind: "f64", unit: null, connection: "plc1", address: `ns=2;s=${id}`, last: null, ...more });
const all = foundOf([
  signal(1, "acme/filler.speed"),
  signal(2, "acme/filler.temp10"),
  signal(3, "acme/capper.temp9", { connection: null, address: null }),
  signal(4, "acme/capper.recipe", { kind: "str", connection: "plc2" }),
]);
const values = new Map<number, Newest>([
  [1, { value: 20, tsMs: 3, quality: 0xc0, deviceMs: null }],
  [2, { value: 3, tsMs: 2, quality: 0x18, deviceMs: null }],
  [4, { value: "cola", tsMs: 1, quality: 0x40, deviceMs: null }],
]);
const plain: Filter = { text: "", connection: null, grade: null, sort: "equipment", down: false };
const ids = (filter: Partial<Filter>) => rowsOf(all, { ...plain, ...filter }, (tag) => values.get(tag.id) ?? null).map(({ tag }) => tag.id);

describe("rows of the tag table", () => {
  it.each<[string, Partial<Filter>, number[]]>([
    ["by equipment", {}, [3, 4, 1, 2]],
    ["by name, numbers as numbers", { sort: "property" }, [4, 1, 3, 2]],
    ["backwards", { sort: "property", down: true }, [2, 3, 1, 4]],
    ["found by parts of name and equipment", { text: "FILL temp" }, [2]],
    ["found by address", { text: "s=4" }, [4]],
    ["of one connection", { connection: "plc2" }, [4]],
    ["kept by ourselves", { connection: "-" }, [3]],
    ["bad ones", { grade: "bad" }, [2]],
    ["uncertain ones", { grade: "uncertain" }, [4]],
    ["by value, unknown first, texts last", { sort: "value" }, [3, 2, 1, 4]],
    ["the newest first", { sort: "ts", down: true }, [1, 2, 4, 3]],
  ])("%s", (_, filter, found) => expect(ids(filter)).toEqual(found));
});
