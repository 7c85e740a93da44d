/**
 * `response_format` → a grammar where the model has that and the schema fits; else an instruction at the end of the system prompt,
 * which promises less and is reported. Not the old trick with a forced tool: the newest models refuse forced tools, thinking
 * excludes them, and the answer would come back as a tool call that nobody asked for.
 */
import type { JsonObject, ResponseFormat } from "../../core/chat";
import { adaptSchema } from "./json-schema";
import type { ModelTraits } from "./model-traits";
import type { StrictBudget } from "./strict-budget";

export interface FormatPlan {
  readonly format?: JsonObject;
  readonly instruction?: string;
}

const JSON_ONLY = "Answer with one JSON object and nothing else: no prose around it, no code fence.";

export function planFormat(
  asked: ResponseFormat | undefined,
  traits: ModelTraits,
  budget: StrictBudget,
  dropped: Set<string>,
): FormatPlan {
  if (asked === undefined || asked.kind === "text") return {};
  if (asked.kind === "json-object") {
    dropped.add("response_format");
    return { instruction: JSON_ONLY };
  }
  const adapted = traits.structured ? adaptSchema(asked.schema) : undefined;
  if (adapted !== undefined && budget.take(adapted, false)) {
    if (adapted.weakened) dropped.add("response_format.json_schema.schema");
    const { schema } = adapted;
    const described = asked.description === undefined || schema["description"] !== undefined;
    return { format: { type: "json_schema", schema: described ? schema : { ...schema, description: asked.description } } };
  }
  dropped.add("response_format");
  const about = asked.description === undefined ? "" : ` It is: ${asked.description}`;
  return { instruction: `${JSON_ONLY}${about} It must be valid against this JSON Schema:\n${JSON.stringify(asked.schema)}` };
}
