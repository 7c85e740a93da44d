/** JSON Schema of `graft.yaml`, for editors. */
import { z } from "zod";
import { configSchema } from "./schema";
import type { Vocabulary } from "./vocabulary";

export type JsonSchema = z.core.JSONSchema.JSONSchema;

/** As the schema says it; `reference.ts` prints this form. */
export function plainJsonSchema(vocabulary: Vocabulary): JsonSchema {
  return z.toJSONSchema(configSchema(vocabulary), { io: "input", target: "draft-07", override: describeSecrets });
}

/** Draft 7, which editors know best. Numbers and booleans may also be written as `${…}`, which is a string to an editor. */
export function configJsonSchema(vocabulary: Vocabulary): JsonSchema {
  const schema = z.toJSONSchema(configSchema(vocabulary), {
    io: "input",
    target: "draft-07",
    override: (context) => {
      describeSecrets(context);
      allowTemplates(context);
    },
  });
  return { title: "Graft configuration", ...schema };
}

interface Context {
  readonly jsonSchema: z.core.JSONSchema.BaseSchema;
}

function describeSecrets({ jsonSchema }: Context): void {
  if (jsonSchema["secret"] !== true) return;
  delete jsonSchema["secret"];
  jsonSchema.writeOnly = true;
}

const VALUE_RULES = ["type", "minimum", "maximum"] as const;

function allowTemplates({ jsonSchema }: Context): void {
  if (jsonSchema.const !== undefined) return;
  if (jsonSchema.type !== "integer" && jsonSchema.type !== "number" && jsonSchema.type !== "boolean") return;
  const value: z.core.JSONSchema.BaseSchema = {};
  for (const rule of VALUE_RULES) {
    if (jsonSchema[rule] === undefined) continue;
    Object.assign(value, { [rule]: jsonSchema[rule] });
    delete jsonSchema[rule];
  }
  jsonSchema.anyOf = [value, { type: "string", pattern: "\\$\\{" }];
}
