/** Values that a zod schema accepts, often at the edges of what it accepts. */
import fc from "fast-check";
import { z } from "zod";

type Node = z.core.JSONSchema.BaseSchema;

export function accepted(schema: z.ZodType): fc.Arbitrary<unknown> {
  return anyOf(z.toJSONSchema(schema, { io: "input" }));
}

function anyOf(node: Node): fc.Arbitrary<unknown> {
  if (node.enum !== undefined) return fc.constantFrom(...node.enum);
  switch (node.type) {
    case "boolean":
      return fc.boolean();
    case "integer": {
      const [min, max] = [node.minimum ?? 0, node.maximum ?? 1e9];
      return fc.oneof(fc.constantFrom(min, max), fc.integer({ min: Math.max(min, -1e9), max: Math.min(max, 1e9) }));
    }
    case "number":
      return fc.double({ min: node.minimum ?? -1e9, max: node.maximum ?? 1e9, noNaN: true });
    case "string": {
      const [min, max] = [node.minLength ?? 0, node.maxLength ?? 10];
      return fc.oneof(
        { weight: 1, arbitrary: fc.constantFrom(min, Math.min(max, 300)).map((length) => "m".repeat(length)) },
        { weight: 4, arbitrary: fc.string({ unit: "grapheme-ascii", minLength: min, maxLength: Math.min(max, 12) }) },
      );
    }
    case "array": {
      const min = node.minItems ?? 0;
      return fc.array(anyOf(inner(node.items)), { minLength: min, maxLength: Math.min(node.maxItems ?? 9, min + 2) });
    }
    case "object":
      return node.additionalProperties === false ? record(node) : map(node);
    default:
      throw new Error(`no values for ${JSON.stringify(node)}`);
  }
}

function record(node: Node): fc.Arbitrary<unknown> {
  const fields = Object.entries(node.properties ?? {}).map(([name, it]) => [name, anyOf(inner(it))] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: [...(node.required ?? [])] });
}

function map(node: Node): fc.Arbitrary<unknown> {
  const key = fc.string({ unit: fc.constantFrom(..."abc-_"), minLength: 1, maxLength: 4 });
  return fc.dictionary(key, anyOf(inner(node.additionalProperties)), { maxKeys: 2, noNullPrototype: true });
}

function inner(node: Node["items"]): Node {
  if (typeof node !== "object" || Array.isArray(node)) throw new Error("no schema inside");
  return node;
}
