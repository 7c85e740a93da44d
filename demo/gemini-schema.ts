/** Google's `Schema`: a subset of OpenAPI 3, with rules of its own that JSON Schema from elsewhere breaks. */
import { arrayAt, objectAt, stringAt } from "../plugins/core/read-json";
import { known } from "./gemini-fields";
import { demand } from "./wire";

const TYPES = ["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"];

export function checkGeminiSchema(given: unknown, at: string, depth = 0): void {
  demand(depth <= 32, `* GenerateContentRequest.${at}: A schema is nested too deeply.`);
  const schema = known(given, "schema", at);
  const problem = (where: string, what: string): string => `* GenerateContentRequest.${at}${where}: ${what}`;
  demand(
    !Array.isArray(schema["type"]),
    `Invalid JSON payload received. Unknown name "type" at '${at}': Proto field is not repeating, cannot start list.`,
  );
  const type = stringAt(schema, "type")?.toUpperCase();
  demand(
    type === undefined || TYPES.includes(type),
    `Invalid value at '${at}.type' (type.googleapis.com/google.ai.generativelanguage.v1beta.Type), "${type}"`,
  );
  const values = arrayAt(schema, "enum");
  demand(
    values.every((value) => typeof value === "string"),
    `Invalid value at '${at}.enum' (TYPE_STRING)`,
  );
  demand(!values.includes(""), problem(".enum", "cannot be empty"));
  demand(values.length === 0 || type === "STRING" || type === undefined, problem(".enum", "only allowed for STRING type"));
  const format = stringAt(schema, "format");
  const plain = type !== "STRING" || format === undefined || format === "enum" || format === "date-time";
  demand(plain, problem(".format", "only 'enum' and 'date-time' are supported for STRING type"));
  const properties = objectAt(schema, "properties");
  const names = Object.keys(properties ?? {});
  // A tool may take nothing and a whole response may be any object; below that, an object says what is in it.
  const open = type === "OBJECT" && names.length === 0 && depth > 0;
  demand(!open, problem(".properties", "should be non-empty for OBJECT type"));
  for (const [index, name] of arrayAt(schema, "required").entries()) {
    demand(typeof name === "string" && names.includes(name), problem(`.required[${index}]`, "property is not defined"));
  }
  demand(type !== "ARRAY" || schema["items"] !== undefined, problem(".items", "missing field."));
  for (const name of names) checkGeminiSchema(properties?.[name], `${at}.properties[${name}]`, depth + 1);
  if (schema["items"] !== undefined) checkGeminiSchema(schema["items"], `${at}.items`, depth + 1);
  for (const [index, variant] of arrayAt(schema, "anyOf").entries())
    checkGeminiSchema(variant, `${at}.any_of[${index}]`, depth + 1);
}
