/**
 * The rules of the Messages API, written from its documentation and error messages, independently of the codec: what the API would
 * answer with status 400. `violations` of an encoded request must be empty.
 */
import { isObject } from "../../../plugins/core/read-json";

type Json = { readonly [key: string]: unknown };

interface ModelFacts {
  readonly maxTokens: number;
  /** Accepted `thinking.type` values. */
  readonly thinking: readonly string[];
  readonly efforts: readonly string[];
  readonly sampling: boolean;
  readonly bothSamplings: boolean;
  readonly forcedTools: boolean;
  readonly prefill: boolean;
  readonly structured: boolean;
  readonly systemTurns: boolean;
}

const ALL_EFFORTS = ["low", "medium", "high", "xhigh", "max"];
const OLD = { efforts: [], sampling: true, forcedTools: true, prefill: true, structured: false, systemTurns: false };
const MANUAL = ["enabled", "disabled"];
const FIVE = {
  maxTokens: 128_000,
  efforts: ALL_EFFORTS,
  sampling: false,
  bothSamplings: false,
  forcedTools: true,
  prefill: false,
  structured: true,
  systemTurns: true,
};

/** One line a model, from the model pages, "Troubleshooting thinking" and "Claude API errors" (November 2026). */
export const MODELS: Readonly<Record<string, ModelFacts>> = {
  "claude-3-opus-20240229": { ...OLD, maxTokens: 4096, thinking: [], bothSamplings: true },
  "claude-3-5-haiku-latest": { ...OLD, maxTokens: 8192, thinking: [], bothSamplings: true },
  "claude-3-7-sonnet-20250219": { ...OLD, maxTokens: 64_000, thinking: MANUAL, bothSamplings: true },
  "claude-sonnet-4-20250514": { ...OLD, maxTokens: 64_000, thinking: MANUAL, bothSamplings: true },
  "claude-opus-4-1-20250805": { ...OLD, maxTokens: 32_000, thinking: MANUAL, bothSamplings: false },
  "claude-haiku-4-5-20251001": { ...OLD, maxTokens: 64_000, thinking: MANUAL, bothSamplings: false, structured: true },
  "claude-sonnet-4-5": { ...OLD, maxTokens: 64_000, thinking: MANUAL, bothSamplings: false, structured: true },
  "us.anthropic.claude-sonnet-4-5-20250929-v1:0": {
    ...{ ...OLD, maxTokens: 64_000, thinking: MANUAL, bothSamplings: false, structured: true },
  },
  "claude-sonnet-4-6": {
    ...{ ...OLD, maxTokens: 128_000, thinking: ["adaptive", "enabled", "disabled"], bothSamplings: false, structured: true },
    efforts: ["low", "medium", "high", "max"],
    prefill: false,
  },
  "claude-opus-4-7": { ...FIVE, thinking: ["adaptive", "disabled"], systemTurns: false },
  "claude-opus-4-8": { ...FIVE, thinking: ["adaptive", "disabled"] },
  "claude-mythos-preview": { ...FIVE, thinking: ["adaptive", "enabled"], systemTurns: false },
  "claude-sonnet-5": { ...FIVE, thinking: ["adaptive", "disabled"], systemTurns: false },
  "claude-opus-5": { ...FIVE, thinking: ["adaptive", "disabled"] },
  "claude-fable-5": { ...FIVE, thinking: ["adaptive"] },
  "claude-fable-5-2": { ...FIVE, thinking: ["adaptive"], forcedTools: false },
  "claude-mythos-5-1": { ...FIVE, thinking: ["adaptive"], forcedTools: false },
  "claude-opus-5-5": { ...FIVE, thinking: ["adaptive"], forcedTools: false },
  "claude-sonnet-5-5": { ...FIVE, thinking: ["adaptive", "between_tools"], forcedTools: false },
  "claude-haiku-5-5": { ...FIVE, thinking: ["adaptive", "disabled"] },
};

const TOP_LEVEL = new Set(
  "model max_tokens messages system tools tool_choice thinking output_config temperature top_p top_k stop_sequences stream metadata service_tier cache_control".split(
    " ",
  ),
);

export function violations(body: unknown): string[] {
  if (!isObject(body)) return ["not an object"];
  const facts = MODELS[String(body["model"])];
  if (facts === undefined) return [`no facts about ${String(body["model"])}`];
  const found: string[] = [];
  const check = (holds: boolean, message: string): void => {
    if (!holds) found.push(message);
  };
  for (const key of Object.keys(body)) check(TOP_LEVEL.has(key), `${key}: Extra inputs are not permitted`);
  const maxTokens = body["max_tokens"];
  check(typeof maxTokens === "number" && maxTokens >= 1 && maxTokens <= facts.maxTokens, `max_tokens: ${String(maxTokens)}`);
  for (const block of list(body["system"])) {
    check(block["type"] === "text" && isVisible(block["text"]), "system: text content blocks must be non-empty");
  }
  checkMessages(body, facts, check);
  checkTools(body, facts, check);
  checkThinking(body, facts, check);
  checkSampling(body, facts, check);
  checkFormat(body, facts, check);
  const user = isObject(body["metadata"]) ? body["metadata"]["user_id"] : undefined;
  check(user === undefined || (typeof user === "string" && user.length <= 256), "metadata.user_id");
  check([undefined, "auto", "standard_only"].includes(body["service_tier"] as string | undefined), "service_tier");
  return found;
}

type Check = (holds: boolean, message: string) => void;

function checkMessages(body: Json, facts: ModelFacts, check: Check): void {
  const messages = list(body["messages"]);
  check(messages.length > 0, "messages: at least one message is required");
  const spoken = messages.filter((message) => message["role"] !== "system");
  for (const [at, message] of spoken.entries()) {
    check(at === 0 || spoken[at - 1]?.["role"] !== message["role"], `messages: roles must alternate (${at})`);
  }
  const ids = new Set<unknown>();
  for (const [at, message] of messages.entries()) {
    const blocks = list(message["content"]);
    check(blocks.length > 0, `messages.${at}: must have non-empty content`);
    const next = list(messages[at + 1]?.["content"]);
    if (message["role"] === "system") checkSystemTurn(messages, at, facts, check);
    else if (message["role"] === "assistant") checkAssistant(blocks, next, at, ids, check);
    else {
      check(message["role"] === "user", `messages.${at}: role`);
      checkUser(blocks, list(messages[at - 1]?.["content"]), at, check);
    }
  }
  const end = messages.at(-1);
  const last = list(end?.["content"]).at(-1);
  if (end?.["role"] === "assistant" && last?.["type"] === "text") {
    check(!/\s$/.test(String(last["text"])), "final assistant content cannot end with trailing whitespace");
    check(facts.prefill, "this model does not support assistant message prefill");
    const thinking = isObject(body["thinking"]) ? body["thinking"]["type"] : undefined;
    check(thinking === undefined || thinking === "disabled", "prefill with thinking");
    check(!isObject(body["output_config"]) || body["output_config"]["format"] === undefined, "prefill with output_config.format");
  }
}

function checkSystemTurn(messages: readonly Json[], at: number, facts: ModelFacts, check: Check): void {
  check(facts.systemTurns, "role 'system' is not supported on this model");
  check(messages[at - 1]?.["role"] === "user", `messages.${at}: a system message must follow a user turn`);
  check(
    [undefined, "assistant"].includes(messages[at + 1]?.["role"] as string | undefined),
    `messages.${at}: before a user turn`,
  );
  for (const block of list(messages[at]?.["content"])) check(isVisible(block["text"]), `messages.${at}: empty text`);
}

function checkAssistant(blocks: readonly Json[], next: readonly Json[], at: number, ids: Set<unknown>, check: Check): void {
  const last = blocks.at(-1)?.["type"];
  check(last !== "thinking" && last !== "redacted_thinking", `messages.${at}: the final block cannot be thinking`);
  for (const block of blocks) {
    if (block["type"] === "text") check(isVisible(block["text"]), `messages.${at}: text content blocks must be non-empty`);
    else if (block["type"] === "thinking")
      check(
        typeof block["signature"] === "string" && typeof block["thinking"] === "string",
        `messages.${at}: thinking.signature`,
      );
    else if (block["type"] === "redacted_thinking") check(typeof block["data"] === "string", `messages.${at}: redacted`);
    else if (block["type"] === "tool_use") {
      check(/^[a-zA-Z0-9_-]+$/.test(String(block["id"])), `messages.${at}: tool_use.id pattern`);
      check(!ids.has(block["id"]), `messages.${at}: tool_use ids must be unique`);
      ids.add(block["id"]);
      check(isObject(block["input"]), `messages.${at}: tool_use.input: Input should be a valid dictionary`);
      const results = next.filter((it) => it["type"] === "tool_result" && it["tool_use_id"] === block["id"]);
      check(results.length === 1, `messages.${at}: tool_use without exactly one tool_result right after it`);
    } else
      check(!["image", "document", "tool_result"].includes(String(block["type"])), `messages.${at}: ${String(block["type"])}`);
  }
}

function checkUser(blocks: readonly Json[], before: readonly Json[], at: number, check: Check): void {
  let results = true;
  for (const block of blocks) {
    if (block["type"] === "tool_result") {
      check(results, `messages.${at}: tool_result blocks must come first`);
      check(
        before.some((it) => it["type"] === "tool_use" && it["id"] === block["tool_use_id"]),
        `messages.${at}: tool_result without tool_use in the previous message`,
      );
      if (block["content"] !== undefined) check(list(block["content"]).length > 0, `messages.${at}: empty tool_result`);
      for (const inner of list(block["content"])) checkContent(inner, at, check);
    } else {
      results = false;
      checkContent(block, at, check);
    }
  }
}

function checkContent(block: Json, at: number, check: Check): void {
  const source = isObject(block["source"]) ? block["source"] : {};
  const type = String(block["type"]);
  if (type === "text") check(isVisible(block["text"]), `messages.${at}: text content blocks must be non-empty`);
  else if (type === "image") {
    const known = ["image/jpeg", "image/png", "image/gif", "image/webp"].includes(String(source["media_type"]));
    check(source["type"] === "url" || source["type"] === "file" || known, `messages.${at}: image source`);
  } else if (type === "document") {
    const known = source["type"] === "base64" ? "application/pdf" : source["type"] === "text" ? "text/plain" : undefined;
    check(source["media_type"] === known, `messages.${at}: document source`);
  } else check(false, `messages.${at}: ${type} is not a user content block`);
}

function checkTools(body: Json, facts: ModelFacts, check: Check): void {
  const tools = list(body["tools"]);
  const usesTools = list(body["messages"]).some((message) =>
    list(message["content"]).some((block) => block["type"] === "tool_use" || block["type"] === "tool_result"),
  );
  check(!usesTools || tools.length > 0, "Requests which include `tool_use` or `tool_result` blocks must define tools");
  for (const tool of tools) {
    if (tool["input_schema"] === undefined) {
      check(typeof tool["type"] === "string", "tools: input_schema or type");
      continue;
    }
    const schema = isObject(tool["input_schema"]) ? tool["input_schema"] : {};
    check(schema["type"] === "object", "tools.input_schema.type");
    check(!["oneOf", "anyOf", "allOf"].some((key) => key in schema), "input_schema does not support oneOf, allOf, or anyOf");
    if (tool["strict"] === true) {
      check(facts.structured, "tools.strict");
      checkGrammar(schema, check);
    }
  }
  const choice = isObject(body["tool_choice"]) ? body["tool_choice"] : undefined;
  if (choice === undefined) return;
  check(tools.length > 0, "tool_choice may only be specified while providing tools");
  const forced = choice["type"] === "any" || choice["type"] === "tool";
  check(forced || choice["type"] === "auto" || choice["type"] === "none", "tool_choice.type");
  check(!forced || facts.forcedTools, 'tool_choice: type "tool" and "any" are not supported for this model');
  if (choice["type"] === "tool")
    check(
      tools.some((tool) => tool["name"] === choice["name"]),
      "tool_choice.name not found in tools",
    );
}

function checkThinking(body: Json, facts: ModelFacts, check: Check): void {
  const effort = isObject(body["output_config"]) ? body["output_config"]["effort"] : undefined;
  check(effort === undefined || facts.efforts.includes(String(effort)), `output_config.effort: ${String(effort)}`);
  const thinking = isObject(body["thinking"]) ? body["thinking"] : undefined;
  if (thinking === undefined) return;
  const type = String(thinking["type"]);
  check(facts.thinking.includes(type), `"thinking.type.${type}" is not supported for this model`);
  check(thinking["display"] === undefined || type === "adaptive" || type === "enabled", "thinking.display");
  if (type === "disabled" || type === "between_tools") {
    check(!["xhigh", "max"].includes(String(effort)), "effort is not supported when thinking is disabled");
    return;
  }
  const budget = thinking["budget_tokens"];
  if (type === "enabled") {
    check(typeof budget === "number" && budget >= 1024, "thinking.budget_tokens must be ≥ 1024");
    check(Number(budget) < Number(body["max_tokens"]), "max_tokens must be greater than thinking.budget_tokens");
  } else check(budget === undefined, "thinking.budget_tokens with adaptive");
  const choice = isObject(body["tool_choice"]) ? body["tool_choice"]["type"] : undefined;
  check(choice !== "any" && choice !== "tool", "Thinking may not be enabled when tool_choice forces tool use");
  check([undefined, 1].includes(body["temperature"] as number | undefined), "temperature with thinking");
  check(body["top_k"] === undefined, "top_k with thinking");
  check(body["top_p"] === undefined || Number(body["top_p"]) >= 0.95, "top_p with thinking");
  if (type !== "enabled") return;
  const messages = list(body["messages"]);
  const last = messages.findLastIndex((message) => message["role"] === "assistant");
  const waits = list(messages[last + 1]?.["content"]).some((block) => block["type"] === "tool_result");
  const first = list(messages[last]?.["content"])[0]?.["type"];
  check(!waits || first === "thinking" || first === "redacted_thinking", "Expected `thinking`, but found another block");
}

function checkSampling(body: Json, facts: ModelFacts, check: Check): void {
  const { temperature, top_p: topP, top_k: topK } = body as { temperature?: number; top_p?: number; top_k?: number };
  check(temperature === undefined || (temperature >= 0 && temperature <= 1), "temperature: range: 0..1");
  check(facts.sampling || [temperature, topP, topK].every((value) => value === undefined), "sampling parameters are deprecated");
  check(facts.bothSamplings || temperature === undefined || topP === undefined, "temperature and top_p cannot both be specified");
  for (const stop of (body["stop_sequences"] ?? []) as string[])
    check(isVisible(stop), "stop_sequences: must contain non-whitespace");
}

function checkFormat(body: Json, facts: ModelFacts, check: Check): void {
  const format = isObject(body["output_config"]) ? body["output_config"]["format"] : undefined;
  if (format === undefined) return;
  check(facts.structured, "output_config.format is not supported");
  if (isObject(format) && isObject(format["schema"])) checkGrammar(format["schema"], check);
  else check(false, "output_config.format.schema");
}

const KEYWORDS = new Set(
  "type title description default enum const anyOf allOf $ref $defs definitions properties required additionalProperties items format minItems".split(
    " ",
  ),
);

/** "JSON Schema limitations" of the structured outputs page. */
export function checkGrammar(schema: Json, check: Check): void {
  for (const key of Object.keys(schema)) check(KEYWORDS.has(key), `schema keyword ${key} is not supported`);
  if (schema["type"] === "object") check(schema["additionalProperties"] === false, "additionalProperties must be false");
  const minItems = schema["minItems"];
  check(minItems === undefined || minItems === 0 || minItems === 1, "minItems");
  const inside = [
    ...["properties", "$defs", "definitions"].flatMap((key) => Object.values(isObject(schema[key]) ? schema[key] : {})),
    ...["anyOf", "allOf"].flatMap((key) => (Array.isArray(schema[key]) ? (schema[key] as unknown[]) : [])),
    ...("items" in schema ? [schema["items"]] : []),
  ];
  for (const item of inside) {
    if (isObject(item)) checkGrammar(item, check);
    else check(false, "a schema must be an object");
  }
}

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isVisible(text: unknown): boolean {
  return typeof text === "string" && text.trim() !== "";
}
