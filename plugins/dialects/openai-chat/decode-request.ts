/** A chat completions request → neutral request: every documented field checked, everything else kept in `extra`. */
import type { ChatRequest, JsonObject, ReasoningRequest, ResponseFormat } from "../../core/chat";
import { compact } from "../../core/compact";
import type { JsonSource } from "../../core/json-source";
import {
  conflicting,
  field,
  objectList,
  optionalBoolean,
  optionalInteger,
  optionalNumber,
  optionalObject,
  optionalString,
  refuseLookalikes,
  requiredObject,
  requiredString,
  unknownAround,
  unknownMembers,
  wrongType,
} from "./check";
import { decodeMessage, type LegacyCalls } from "./decode-message";
import { decodeToolChoice, decodeTools } from "./decode-tools";
import { REQUEST_FIELDS, requestHead } from "./request-head";

/** @throws GraftError `bad_request` with `param` naming the field, e.g. `messages[2].content[0].type`. */
export function decodeRequest(source: JsonSource): ChatRequest {
  const { value } = source;
  const { model, stream, includeUsage } = requestHead(source);
  const legacy: LegacyCalls = new Map();
  const toolChoice = decodeToolChoice(value);
  const responseFormat = decodeResponseFormat(value);
  return compact({
    kind: "chat" as const,
    model,
    messages: objectList(value, "messages").map(([message, path]) => decodeMessage(message, path, legacy)),
    tools: decodeTools(value),
    toolChoice,
    parallelToolCalls: optionalBoolean(value, "parallel_tool_calls"),
    responseFormat,
    reasoning: decodeReasoningRequest(value),
    maxTokens: maxTokensOf(value),
    temperature: optionalNumber(value, "temperature"),
    topP: optionalNumber(value, "top_p"),
    topK: optionalInteger(value, "top_k"),
    frequencyPenalty: optionalNumber(value, "frequency_penalty"),
    presencePenalty: optionalNumber(value, "presence_penalty"),
    seed: optionalInteger(value, "seed"),
    n: optionalInteger(value, "n", 1),
    stop: decodeStop(value),
    logprobs: optionalBoolean(value, "logprobs"),
    topLogprobs: optionalInteger(value, "top_logprobs", 0),
    logitBias: optionalObject(value, "logit_bias"),
    user: optionalString(value, "user"),
    stream,
    includeUsage,
    extra: extraOf(value, stream, toolChoice === undefined, responseFormat === undefined),
  });
}

/** Unknown fields, unknown forms of known ones, and what is unknown inside the objects that were read. */
function extraOf(value: JsonObject, stream: boolean, keepChoice: boolean, keepFormat: boolean): JsonObject {
  const kept: { [key: string]: unknown } = {};
  if (keepChoice && field(value, "tool_choice") !== undefined) kept["tool_choice"] = value["tool_choice"];
  if (keepFormat && field(value, "response_format") !== undefined) kept["response_format"] = value["response_format"];
  const options = optionalObject(value, "stream_options");
  const rest = options === undefined ? undefined : unknownMembers(options, STREAM_OPTIONS, "stream_options");
  // Of a whole answer it says nothing, and OpenAI refuses it there.
  const idle = !stream && options !== undefined && field(options, "include_usage") !== undefined;
  if (idle || rest !== undefined) kept["stream_options"] = idle ? options : rest;
  return { ...unknownMembers(value, REQUEST_FIELDS), ...kept };
}

const STREAM_OPTIONS = new Set(["include_usage"]);

/** Two bounds that differ: servers disagree on which one counts. OpenAI refuses both together. */
function maxTokensOf(value: JsonObject): number | undefined {
  const [now, before] = [optionalInteger(value, "max_completion_tokens", 1), optionalInteger(value, "max_tokens", 1)];
  if (now !== undefined && before !== undefined && now !== before) throw conflicting("max_completion_tokens", "max_tokens");
  return now ?? before;
}

function decodeStop(value: JsonObject): string[] | undefined {
  const stop = field(value, "stop");
  if (stop === undefined) return undefined;
  if (typeof stop === "string") return [stop];
  if (!Array.isArray(stop)) throw wrongType("stop", "one of a string or array of strings", stop);
  return stop.map((item: unknown, at) => {
    if (typeof item !== "string") throw wrongType(`stop[${at}]`, "a string", item);
    return item;
  });
}

/** `undefined` for a type nobody here knows (vLLM's grammars …), which then rides in `extra`. */
function decodeResponseFormat(value: JsonObject): ResponseFormat | undefined {
  const format = optionalObject(value, "response_format");
  if (format === undefined) return undefined;
  const type = requiredString(format, "type", "response_format");
  // Some servers take a `schema` beside `json_object`.
  if (type === "text") return compact({ kind: "text" as const, extra: unknownMembers(format, FORMAT, "response_format") });
  if (type === "json_object")
    return compact({ kind: "json-object" as const, extra: unknownMembers(format, FORMAT, "response_format") });
  if (type !== "json_schema") return undefined;
  const at = "response_format.json_schema";
  const schema = requiredObject(format, "json_schema", "response_format");
  return compact({
    kind: "json-schema" as const,
    name: requiredString(schema, "name", at),
    schema: requiredObject(schema, "schema", at),
    strict: optionalBoolean(schema, "strict", at),
    description: optionalString(schema, "description", at),
    extra: unknownAround(format, "json_schema", JSON_SCHEMA, "response_format"),
  });
}

const FORMAT = new Set(["type"]);
const JSON_SCHEMA = new Set(["name", "schema", "strict", "description"]);

/** OpenAI's `reasoning_effort`, OpenRouter's `reasoning` object, Anthropic's `thinking`; the most specific word wins. */
function decodeReasoningRequest(value: JsonObject): ReasoningRequest | undefined {
  const reasoning = optionalObject(value, "reasoning") ?? {};
  const thinking = optionalObject(value, "thinking") ?? {};
  refuseLookalikes(reasoning, REASONING, "reasoning");
  refuseLookalikes(thinking, THINKING, "thinking");
  const exclude = optionalBoolean(reasoning, "exclude", "reasoning");
  const budgetTokens =
    optionalInteger(thinking, "budget_tokens", 0, "thinking") ?? optionalInteger(reasoning, "max_tokens", 0, "reasoning");
  const type = optionalString(thinking, "type", "thinking");
  const enabled = type === undefined ? optionalBoolean(reasoning, "enabled", "reasoning") : type !== "disabled";
  const effort = optionalString(value, "reasoning_effort") ?? optionalString(reasoning, "effort", "reasoning");
  // "On" without a figure is medium effort, as OpenRouter documents it; "off" beats every figure.
  const switched = enabled === true && budgetTokens === undefined && effort === undefined ? "medium" : effort;
  const found: ReasoningRequest = compact({
    effort: enabled === false ? "none" : switched,
    budgetTokens: enabled === false ? undefined : budgetTokens,
    include: exclude === undefined ? undefined : !exclude,
    wire: wireReasoning(value),
  });
  return Object.keys(found).length === 0 ? undefined : found;
}

const REASONING = new Set(["effort", "max_tokens", "exclude", "enabled"]);
const THINKING = new Set(["type", "budget_tokens"]);

function wireReasoning(value: JsonObject): JsonObject | undefined {
  const effort = optionalString(value, "reasoning_effort");
  const reasoning = optionalObject(value, "reasoning");
  const thinking = optionalObject(value, "thinking");
  return (reasoning ?? thinking) === undefined ? undefined : compact({ reasoning_effort: effort, reasoning, thinking });
}
