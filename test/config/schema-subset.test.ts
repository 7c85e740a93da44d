import { z } from "zod";
import { policySchema } from "../../plugins/config/policy";
import { providerSchema } from "../../plugins/config/provider";
import { WORDS } from "./support";

/** Everything in this schema that Kong's schema language could not say. */
function beyondKong(schema: unknown, path: string): string[] {
  if (!(schema instanceof z.ZodType)) return [`${path}: not a classic zod schema`];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return beyondKong(schema.unwrap(), path);
  if (schema instanceof z.ZodObject) {
    const catchall = schema.def.catchall;
    const strict = catchall instanceof z.ZodNever ? [] : [`${path}: not strict`];
    return [...strict, ...Object.entries(schema.shape).flatMap(([key, inner]) => beyondKong(inner, `${path}.${key}`))];
  }
  if (schema instanceof z.ZodArray) return [...checksOf(schema, path), ...beyondKong(schema.element, `${path}[]`)];
  if (schema instanceof z.ZodRecord)
    return [...beyondKong(schema.keyType, `${path} keys`), ...beyondKong(schema.valueType, `${path}.*`)];
  if (schema instanceof z.ZodEnum || schema instanceof z.ZodBoolean) return checksOf(schema, path);
  if (schema instanceof z.ZodString || schema instanceof z.ZodNumber) return checksOf(schema, path);
  return [`${path}: ${schema.def.type}`];
}

const RANGES = ["min_length", "max_length", "greater_than", "less_than", "number_format"];

/** Only lengths and ranges: patterns, formats and refinements are for check-*.ts. */
function checksOf(schema: z.ZodType, path: string): string[] {
  return (schema.def.checks ?? [])
    .map(({ _zod }) => _zod.def.check)
    .filter((check) => !RANGES.includes(check))
    .map((check) => `${path}: ${check}`);
}

test("what is shared with Kong keeps to what Kong's schema language can say", () => {
  expect(beyondKong(providerSchema(WORDS.providers), "provider")).toEqual([]);
  expect(beyondKong(policySchema(WORDS), "policy")).toEqual([]);
});

test.each([
  ["union", z.union([z.string(), z.int()])],
  ["pipe", z.string().transform(Number)],
  ["custom", z.string().refine(() => true)],
  ["string_format", z.string().regex(/a/)],
  ["not strict", z.object({ a: z.string() })],
  ["literal", z.literal("a")],
  ["nullable", z.string().nullable()],
])("the walk finds %s", (what, schema) => {
  expect(beyondKong(z.strictObject({ list: z.array(schema).default([]) }), "x").join()).toContain(what);
});

test("every field says what it is for", () => {
  const silent: string[] = [];
  const visit = (schema: unknown, path: string): void => {
    if (!(schema instanceof z.ZodType)) return;
    if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
      visit(schema.unwrap(), path);
    } else if (schema instanceof z.ZodObject) {
      for (const [key, inner] of Object.entries(schema.shape)) {
        const described = (it: unknown): boolean =>
          it instanceof z.ZodType &&
          (it.description !== undefined || ("unwrap" in it && typeof it.unwrap === "function" && described(it.unwrap())));
        if (!described(inner)) silent.push(`${path}.${key}`);
        visit(inner, `${path}.${key}`);
      }
    } else if (schema instanceof z.ZodArray) visit(schema.element, `${path}[]`);
  };
  visit(providerSchema(WORDS.providers), "provider");
  visit(policySchema({ ...WORDS, plugins: [] }), "policy");
  expect(silent).toEqual([]);
});
