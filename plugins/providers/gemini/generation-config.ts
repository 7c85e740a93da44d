/** Sampling, limits, answer format → `generationConfig`. */
import type { ChatRequest, JsonObject, ResponseFormat } from "../../core/chat";
import { compact } from "../../core/compact";
import type { ModelTraits } from "./model-traits";
import { adaptSchema } from "./schema";

/** "Up to 5"; more are an error. */
const MAX_STOPS = 5;

export function generationConfig(
  request: ChatRequest,
  traits: ModelTraits,
  hasFunctions: boolean,
  dropped: Set<string>,
): JsonObject {
  const stop = request.stop?.filter((sequence) => sequence !== "") ?? [];
  if (stop.length > MAX_STOPS) dropped.add("stop");
  if (Object.keys(request.logitBias ?? {}).length > 0) dropped.add("logit_bias");
  if (request.user !== undefined) dropped.add("user");
  return compact({
    maxOutputTokens: request.maxTokens,
    temperature: allowed(request.temperature, traits.sampling, 1, "temperature", dropped),
    topP: allowed(request.topP, traits.sampling, 1, "top_p", dropped),
    topK: allowed(request.topK, traits.sampling, undefined, "top_k", dropped),
    // Read as 32 bits, and refused beyond; the same seed stays the same.
    seed: request.seed === undefined ? undefined : request.seed | 0,
    frequencyPenalty: allowed(request.frequencyPenalty, traits.penalties, 0, "frequency_penalty", dropped),
    presencePenalty: allowed(request.presencePenalty, traits.penalties, 0, "presence_penalty", dropped),
    candidateCount: allowed(request.n, traits.candidates, 1, "n", dropped),
    stopSequences: stop.length === 0 ? undefined : stop.slice(0, MAX_STOPS),
    ...logprobs(request, traits, dropped),
    ...responseFormat(request.responseFormat, traits.gemini3 || !hasFunctions, dropped),
  });
}

/** What a model does not know is left out; that is not worth a word where it asks for what happens anyway. */
function allowed(
  value: number | undefined,
  known: boolean,
  usual: number | undefined,
  field: string,
  dropped: Set<string>,
): number | undefined {
  if (value === undefined || known) return value;
  if (value !== usual) dropped.add(field);
  return undefined;
}

function logprobs({ logprobs, topLogprobs }: ChatRequest, traits: ModelTraits, dropped: Set<string>): JsonObject {
  if (logprobs !== true) return {};
  if (traits.logprobs) return { responseLogprobs: true, logprobs: topLogprobs === 0 ? undefined : topLogprobs };
  dropped.add("logprobs");
  if (topLogprobs !== undefined) dropped.add("top_logprobs");
  return {};
}

/** Before Gemini 3, "function calling with a response mime type 'application/json' is unsupported": the functions win. */
function responseFormat(format: ResponseFormat | undefined, possible: boolean, dropped: Set<string>): JsonObject {
  if (format === undefined || format.kind === "text") return {};
  if (!possible) {
    dropped.add("response_format");
    return {};
  }
  if (format.kind === "json-object") return { responseMimeType: "application/json" };
  const { schema, lossy } = adaptSchema(format.schema, "response_format.json_schema.schema");
  if (lossy) dropped.add("response_format.json_schema.schema");
  // Name and description are hints to the model; here they have the schema only to stand in.
  const hints = Object.hasOwn(schema, "$ref") ? {} : compact({ title: format.name, description: format.description });
  return { responseMimeType: "application/json", responseJsonSchema: { ...hints, ...schema } };
}
