import { z } from "zod";
import { kongFields } from "../../../kong/schema/convert";
import { kongDescription } from "../../../kong/schema/description";
import { flag, secret, text } from "../../../plugins/config/fields";

const field = (schema: z.ZodType): unknown => kongFields(z.strictObject({ it: schema }))[0]?.["it"];

test.each<[string, z.ZodType, object]>([
  ["a text", z.string(), { type: "string", len_min: 0, required: true }],
  ["a text that is not empty", z.string().min(1).max(9), { type: "string", len_min: 1, len_max: 9, required: true }],
  [
    "an absent text",
    text("What this is for.").optional(),
    { type: "string", len_min: 1, len_max: 4096, description: "What this is for." },
  ],
  ["a choice", z.enum(["a", "b"]).default("a"), { type: "string", one_of: ["a", "b"], required: true, default: "a" }],
  [
    "a switch",
    flag("What this is for.", false),
    { type: "boolean", required: true, default: false, description: "What this is for." },
  ],
  ["a whole number", z.int(), { type: "integer", required: true }],
  ["from a number on", z.int().min(3), { type: "integer", gt: 2, required: true }],
  ["up to a number", z.int().max(3), { type: "integer", between: [Number.MIN_SAFE_INTEGER, 3], required: true }],
  ["between numbers", z.int().min(1).max(3).optional(), { type: "integer", between: [1, 3] }],
  ["a share", z.number().min(0.01).max(1), { type: "number", between: [0.01, 1], required: true }],
  [
    "a share above nothing",
    z.number().gt(0).max(1),
    { type: "number", gt: 0, between: [Number.MIN_SAFE_INTEGER, 1], required: true },
  ],
  ["above nothing", z.number().gt(0), { type: "number", gt: 0, required: true }],
  ["from a fraction on", z.number().min(0.5), { type: "number", between: [0.5, Number.MAX_SAFE_INTEGER], required: true }],
  [
    "a list",
    z.array(z.int()).min(1).max(4),
    { type: "array", elements: { type: "integer" }, len_min: 1, len_max: 4, required: true },
  ],
  [
    "a list with a default",
    z.array(z.int()).default([1]),
    { type: "array", elements: { type: "integer" }, required: true, default: [1] },
  ],
  [
    "a mapping by name",
    z.record(z.string(), z.int()).default({}),
    { type: "map", keys: { type: "string" }, values: { type: "integer" }, required: true, default: {} },
  ],
  [
    "a secret in a list",
    z.array(secret("A very secret key.")).default([]),
    {
      type: "array",
      elements: { type: "string", len_min: 1, len_max: 65_536, description: "A very secret key.", referenceable: true },
      required: true,
      default: [],
    },
  ],
  [
    "a secret in a mapping",
    z.record(z.string(), z.string().meta({ secret: true })),
    { type: "map", keys: { type: "string" }, values: { type: "string", len_min: 0, referenceable: true }, required: true },
  ],
  // Kong makes the defaults of a required record by itself; without `required: false` it would make those of an optional one, too.
  [
    "a section that is always there",
    z.strictObject({ n: z.int().default(2) }).prefault({}),
    { type: "record", fields: [{ n: { type: "integer", required: true, default: 2 } }], required: true },
  ],
  [
    "a section that may be absent",
    z.strictObject({ n: z.int().default(2) }).optional(),
    { type: "record", fields: [{ n: { type: "integer", required: true, default: 2 } }], required: false },
  ],
  [
    "a section with a default of its own",
    z.strictObject({ n: z.int().default(2) }).prefault({ n: 3 }),
    { type: "record", fields: [{ n: { type: "integer", required: true, default: 2 } }], required: true, default: { n: 3 } },
  ],
  ["a section without keys", z.strictObject({}).prefault({}), { type: "record", fields: [], required: true }],
])("%s", (_what, schema, expected) => {
  expect(field(schema)).toEqual(expected);
});

test("fields keep their order, one to an entry", () => {
  const fields = kongFields(z.strictObject({ b: z.int(), a: z.int() }));
  expect(fields.map((entry) => Object.keys(entry))).toEqual([["b"], ["a"]]);
});

test.each<[string, z.ZodType]>([
  ["pattern", z.string().regex(/a/)],
  ["anyOf", z.union([z.string(), z.int()])],
  ["const", z.literal("a")],
  ["exclusiveMaximum", z.number().lt(3)],
  ["multipleOf", z.number().multipleOf(3)],
])("what Kong cannot say is refused: %s", (word, schema) => {
  expect(() => kongFields(z.strictObject({ list: z.array(z.strictObject({ it: schema })) }))).toThrow(
    `list[].it: Kong's schema language has no word for ${word}`,
  );
});

test("what may hold anything is refused", () => {
  expect(() => kongFields(z.strictObject({ a: z.unknown() }))).toThrow("a: Kong's schema language has no type");
  expect(() => kongFields(z.strictObject({ a: z.looseObject({}) }))).toThrow("a.*: Kong's schema language has no type");
});

test("descriptions keep to the length that Kong takes", () => {
  expect(kongDescription("Teams.")).toBeUndefined();
  expect(kongDescription("0123456789")).toBe("0123456789");
  expect(kongDescription("é".repeat(250))).toBe("é".repeat(250));
  const words = kongDescription("wörter ".repeat(100)) ?? "";
  expect(words).toMatch(/^(wörter )+wörter…$/);
  expect(Buffer.byteLength(words)).toBeGreaterThan(485);
  expect(Buffer.byteLength(words)).toBeLessThanOrEqual(500);
  expect(Buffer.byteLength(kongDescription("é".repeat(600)) ?? "")).toBeLessThanOrEqual(500);
});
