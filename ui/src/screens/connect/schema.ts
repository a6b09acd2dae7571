// A driver's options as fields of a form, read from its JSON Schema; an unknown driver gets its form the same way.

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Options = { [key: string]: Json };
export interface Schema { type?: string; properties?: Record<string, Schema>; required?: string[]; anyOf?: Schema[]; allOf?: Schema[]; $ref?: string; $defs?: Record<string, Schema>; enum?: Json[]; const?: Json; default?: Json; description?: string; title?: string; minimum?: number; maximum?: number; exclusiveMinimum?: number; items?: Schema; format?: string; pattern?: string; "x-secret"?: boolean }

export interface Field {
  /** `security.policy`: where its value stands among the options. */
  path: string;
  name: string;
  kind: "text" | "whole" | "number" | "switch" | "choice" | "list";
  title: string;
  help: string;
  choices: string[];
  required: boolean;
  secret: boolean;
  fallback: Json | undefined;
  min: number | undefined;
  max: number | undefined;
}

function resolved(schema: Schema, defs: Record<string, Schema>): Schema {
  const named = schema.$ref?.split("/").at(-1);
  const own = named === undefined ? schema : { ...(defs[named] ?? {}), ...schema };
  const parts = own.anyOf ?? own.allOf;
  if (!parts) return own;
  const meant = parts.find((part) => part.type !== "null");
  return meant ? { ...resolved(meant, defs), ...(own.description !== undefined ? { description: own.description } : {}), ...(own.default !== undefined ? { default: own.default } : {}), ...(own["x-secret"] ? { "x-secret": true } : {}) } : own;
}

function kindOf(schema: Schema): Field["kind"] {
  if (schema.enum) return "choice";
  if (schema.type === "integer") return "whole";
  if (schema.type === "number") return "number";
  if (schema.type === "boolean") return "switch";
  return schema.type === "array" ? "list" : "text";
}

/** Every option, those inside another beside it; what cannot be filled in a form (free mappings) is left to plant code. */
export function fieldsOf(schema: Schema, at = "", defs = schema.$defs ?? {}): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, raw]) => {
    const one = resolved(raw, defs);
    const path = at ? `${at}.${name}` : name;
    if (one.properties) return fieldsOf(one, path, defs);
    if (one.type === "object" || (one.type === "array" && !["string", "number", "integer"].includes(resolved(one.items ?? {}, defs).type ?? ""))) return [];
    return [{
      path, name, kind: kindOf(one), title: raw.title ?? one.title ?? "", help: one.description ?? "", choices: (one.enum ?? []).map(String), required: schema.required?.includes(name) ?? false,
      secret: one["x-secret"] === true, fallback: one.default ?? undefined, min: one.minimum ?? one.exclusiveMinimum, max: one.maximum,
    }];
  });
}

/** Those that are asked for at once, in the order in which the driver names them, and the rest. */
export function parted(fields: readonly Field[], first: readonly string[]): { first: Field[]; more: Field[] } {
  const named = first.flatMap((path) => fields.find((field) => field.path === path) ?? []);
  const must = fields.filter((field) => field.required && !named.includes(field) && !field.path.includes("."));
  const shown = [...named, ...must];
  return { first: shown, more: fields.filter((field) => !shown.includes(field)) };
}

const isMapping = (value: Json | undefined): value is Options => typeof value === "object" && value !== null && !Array.isArray(value);

export function valueAt(options: Options, path: string): Json | undefined {
  return path.split(".").reduce<Json | undefined>((value, key) => (isMapping(value) ? value[key] : undefined), options);
}

/** The options with one value; undefined takes it away, and with it a group that is left empty. */
export function withValue(options: Options, path: string, value: Json | undefined): Options {
  const [key = "", ...rest] = path.split(".");
  const { [key]: own, ...others } = options;
  if (rest.length > 0) {
    const inside = withValue(isMapping(own) ? own : {}, rest.join("."), value);
    return Object.keys(inside).length > 0 ? { ...options, [key]: inside } : others;
  }
  return value === undefined ? others : { ...options, [key]: value };
}

/** `server_fingerprint` as a person reads it, where no catalogue knows better. */
export const humanised = (name: string): string => name.replaceAll("_", " ").replace(/^./, (letter) => letter.toUpperCase());

/** The names of required fields that hold nothing yet. */
export const missing = (fields: readonly Field[], options: Options): Field[] => fields.filter((field) => field.required && [undefined, "", null].includes(valueAt(options, field.path) as undefined));
