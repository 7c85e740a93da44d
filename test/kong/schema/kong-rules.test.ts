/** The rules that other tests rely on, against what is known of Kong. */
import type { KongField } from "../../../kong/schema/field";
import { check, checkSchema, fill, recordsRequired } from "./kong-rules";

const record = (fields: Record<string, KongField>, more: Partial<KongField> = {}): KongField => ({
  type: "record",
  required: true,
  fields: Object.entries(fields).map(([name, it]) => ({ [name]: it })),
  ...more,
});
const INT: KongField = { type: "integer" };
const TEXT: KongField = { type: "string" };

test.each<[string, KongField, unknown, unknown]>([
  ["an optional value", record({ a: TEXT }), {}, { a: null }],
  ["a default", record({ a: { ...INT, required: true, default: 3 } }), {}, { a: 3 }],
  ["a required value", record({ a: { ...INT, required: true } }), {}, {}],
  ["what is given", record({ a: { ...INT, default: 3 } }), { a: 4 }, { a: 4 }],
  ["an explicit null", record({ a: { ...INT, default: 3 } }), { a: null }, { a: null }],
  ["a required section", record({ s: record({ a: { ...INT, default: 3 } }) }), {}, { s: { a: 3 } }],
  ["an optional section", record({ s: record({ a: { ...INT, default: 3 } }, { required: false }) }), {}, { s: null }],
  ["an empty list for a section", record({ s: record({ a: { ...INT, default: 3 } }) }), { s: [] }, { s: { a: 3 } }],
  [
    "inside lists",
    record({ l: { type: "array", elements: record({ a: { ...INT, default: 3 } }) } }),
    { l: [{}] },
    { l: [{ a: 3 }] },
  ],
  [
    "inside mappings",
    record({ m: { type: "map", keys: TEXT, values: record({ a: { ...INT, default: 3 } }) } }),
    { m: { x: {} } },
    { m: { x: { a: 3 } } },
  ],
])("filled in: %s", (_what, field, value, expected) => {
  expect(fill(field, value)).toEqual(expected);
});

test.each<[string, KongField, unknown, string]>([
  ["a fraction", INT, 1.5, "expected integer"],
  ["a text for a number", INT, "1", "expected integer"],
  ["an empty text", TEXT, "", "length must be at least 1"],
  ["a long text, in bytes", { ...TEXT, len_max: 3 }, "éé", "length must be at most 3"],
  ["out of range", { ...INT, between: [1, 3] }, 4, "between"],
  ["not above", { ...INT, gt: 3 }, 3, "greater than"],
  ["another choice", { ...TEXT, one_of: ["a"] }, "b", "expected one of a"],
  ["a mapping for a list", { type: "array", elements: INT }, { a: 1 }, "expected array"],
  ["a list for a mapping", { type: "map", keys: TEXT, values: INT }, [1], "expected map"],
  ["null in a list", { type: "array", elements: INT }, [null], "required field missing"],
  ["too few", { type: "array", elements: INT, len_min: 1 }, [], "at least 1"],
  ["an unknown key", record({}), { a: 1 }, "unknown field"],
  ["both", record({ a: TEXT, b: TEXT }, { entity_checks: [{ only_one_of: ["a", "b"] }] }), { a: "x", b: "y" }, "exactly one"],
  ["neither", record({ a: TEXT, b: TEXT }, { entity_checks: [{ only_one_of: ["a", "b"] }] }), {}, "exactly one"],
  [
    "one without the other",
    record({ a: TEXT, b: TEXT }, { entity_checks: [{ mutually_required: ["a", "b"] }] }),
    { a: "x" },
    "all or none",
  ],
])("refused: %s", (_what, field, value, expected) => {
  expect(check(field, value).join()).toContain(expected);
});

test.each<[string, KongField, unknown]>([
  ["a reference, whatever its length", { ...TEXT, referenceable: true, len_max: 3 }, "{vault://env/long-name}"],
  ["an empty list for an empty mapping", { type: "map", keys: TEXT, values: INT }, []],
  ["an empty mapping for an empty list", { type: "array", elements: INT }, {}],
  [
    "one of two, the other an empty list",
    record({ a: TEXT, l: { type: "array", elements: INT } }, { entity_checks: [{ only_one_of: ["a", "l"] }] }),
    { a: "x", l: [] },
  ],
])("accepted: %s", (_what, field, value) => {
  expect(check(field, value)).toEqual([]);
});

test.each<[KongField, string]>([
  [{ ...TEXT, description: "Short." }, "description"],
  [{ ...INT, one_of: ["a"] }, "integer cannot have one_of"],
  [{ ...INT, len_min: 1 }, "integer cannot have len_min"],
  [{ type: "array" }, "[]: is not declared"],
  [{ type: "map", keys: TEXT }, ".*: is not declared"],
  [{ type: "record" }, "must declare fields"],
  [{ ...INT, gt: 3, default: 3 }, "default: must be greater"],
  [{ type: "record", fields: [{ a: INT, b: INT }] }, "one key an entry"],
])("a schema that Kong does not load: %j", (field, expected) => {
  expect(checkSchema(field, "it").join()).toContain(expected);
});

test("Kong makes records required, but none inside lists and mappings", () => {
  const inside: KongField = { type: "array", elements: { type: "record", fields: [] } };
  const made = recordsRequired({
    type: "record",
    fields: [{ a: { type: "record", fields: [] } }, { b: { type: "record", required: false, fields: [] } }, { c: inside }],
  });
  expect(made).toEqual({
    type: "record",
    required: true,
    fields: [
      { a: { type: "record", required: true, fields: [] } },
      { b: { type: "record", required: false, fields: [] } },
      { c: inside },
    ],
  });
});
