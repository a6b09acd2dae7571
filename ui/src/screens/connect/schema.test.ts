// A form comes from the schema alone, whatever the driver.
import { describe, expect, it } from "vitest";
import { fieldsOf, humanised, missing, parted, type Schema, valueAt, withValue } from "@/screens/connect/schema";

const SCHEMA: Schema = {
  $defs: { Security: { type: "object", properties: { policy: { enum: ["None", "Sign"], type: "string", default: "Sign" }, key: { anyOf: [{ type: "string", format: "path" }, { type: "null" }], default: null } } } },
  type: "object",
  required: ["endpoint", "security"],
  properties: {
    endpoint: { type: "string", description: "opc.tcp://host:4840" },
    security: { $ref: "#/$defs/Security", description: "policy" },
    password: { anyOf: [{ type: "string" }, { type: "null" }], default: null, "x-secret": true },
    port: { type: "integer", default: 502, minimum: 1, maximum: 65535 },
    forbidden: { type: "array", items: { type: "string" }, default: [] },
    extra: { type: "object" },
    presence: { type: "array", items: { $ref: "#/$defs/Security" } },
  },
};

describe("fields of a schema", () => {
  const fields = fieldsOf(SCHEMA);
  it("has every option with its kind, groups opened up, free mappings left out", () =>
    expect(fields.map(({ path, kind }) => [path, kind])).toEqual([["endpoint", "text"], ["security.policy", "choice"], ["security.key", "text"], ["password", "text"], ["port", "whole"], ["forbidden", "list"]]));
  it("knows secrets, limits and defaults", () => {
    expect(fields.filter((field) => field.secret).map((field) => field.path)).toEqual(["password"]);
    expect(fields.find((field) => field.path === "port")).toMatchObject({ min: 1, max: 65535, fallback: 502, required: false });
  });
  it("shows first what the driver names, and what must be said", () => {
    expect(parted(fields, ["security.policy"]).first.map((field) => field.path)).toEqual(["security.policy", "endpoint"]);
    expect(parted(fields, []).more.map((field) => field.path)).toContain("port");
  });
  it("says what is missing", () => {
    expect(missing(fields, {}).map((field) => field.path)).toEqual(["endpoint"]);
    expect(missing(fields, { endpoint: "x" })).toEqual([]);
  });
});

describe("values inside options", () => {
  it("are put and taken away, groups that are left empty go too", () => {
    const put = withValue({ host: "a" }, "security.policy", "None");
    expect(put).toEqual({ host: "a", security: { policy: "None" } });
    expect(valueAt(put, "security.policy")).toBe("None");
    expect(withValue(put, "security.policy", undefined)).toEqual({ host: "a" });
  });
});
it("a name is readable where nobody translated it", () => expect(humanised("server_fingerprint")).toBe("Server fingerprint"));
