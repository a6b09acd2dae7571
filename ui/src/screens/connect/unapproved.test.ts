import { expect, it } from "vitest";
import { grouped } from "@/screens/connect/unapproved";

it("a fingerprint is read in groups of four", () => expect(grouped("0123456789abcdef".repeat(4))).toBe(Array(4).fill("0123 4567 89ab cdef").join(" ")));
it("what is no fingerprint stays as it is", () => expect(grouped("CN=filler")).toBe("CN=filler"));
