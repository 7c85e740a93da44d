/** A Messages request, read as strictly as Anthropic reads it: its options and tools. */
import type { JsonObject } from "../plugins/core/chat";
import { arrayAt, isObject, numberAt, objectAt, stringAt } from "../plugins/core/read-json";
import { readAnthropicMessages } from "./anthropic-messages";
import { type ClaudeModel, claudeModel } from "./anthropic-models";
import { type DemoPrompt, type DemoTool, demand, type WireRequest } from "./wire";

const FIELDS = new Set(
  (
    "cache_control container context_management diagnostics inference_geo max_tokens mcp_servers messages metadata model " +
    "output_config output_format service_tier speed stop_sequences stream system temperature thinking tool_choice tools top_k " +
    "top_p user_profile_id workspace_id"
  ).split(" "),
);
/** Removes the sampling parameters, for every model, and some odd places for blocks. */
const STRICTER_VERSION = "2026-10-21";
const VERSIONS = ["2023-01-01", "2023-06-01", STRICTER_VERSION];
const NAME = /^[a-zA-Z0-9_-]{1,128}$/;

export function decodeAnthropicRequest(request: WireRequest, body: JsonObject): DemoPrompt {
  const version = request.headers["anthropic-version"];
  demand(typeof version === "string", "anthropic-version: header is required");
  demand(VERSIONS.includes(version), `anthropic-version: "${version}" is not a valid version`);
  for (const key of Object.keys(body)) demand(FIELDS.has(key), `${key}: Extra inputs are not permitted`);
  const model = stringAt(body, "model") ?? "";
  demand(model !== "", "model: Field required");
  const abilities = claudeModel(model);
  const stricter = version === STRICTER_VERSION;
  const maxTokens = readMaxTokens(body);
  const thinking = readThinking(body, abilities, maxTokens);
  const thinks = thinking !== "off";
  checkSampling(body, { samples: abilities.samples, thinks, stricter });
  const choice = objectAt(body, "tool_choice") ?? { type: "auto" };
  const tools = allowedTools(arrayAt(body, "tools").flatMap(readTool), choice, thinking === "budget");
  return {
    ...readAnthropicMessages(body, { ...abilities, wantsThoughts: thinking === "budget", stricter }),
    format: "Anthropic",
    model,
    stream: body["stream"] === true ? "sse" : false,
    tools,
    mustCall: choice["type"] === "any" || choice["type"] === "tool",
    parallelCalls: choice["disable_parallel_tool_use"] !== true,
    output: readOutput(body),
    maxTokens,
    stop: readStop(body),
    thinks,
    showThoughts: objectAt(body, "thinking")?.["display"] !== "omitted",
    choices: 1,
    includeUsage: true,
  };
}

function readMaxTokens(body: JsonObject): number {
  demand((body["max_tokens"] ?? null) !== null, "max_tokens: Field required");
  const maxTokens = numberAt(body, "max_tokens");
  demand(maxTokens !== undefined && Number.isInteger(maxTokens), "max_tokens: Input should be a valid integer");
  // Zero fills the prompt cache and answers nothing.
  demand(maxTokens >= 0, "max_tokens: Input should be greater than or equal to 0");
  return maxTokens;
}

/** `budget` is the strict kind: it forbids forced tools and wants earlier thoughts back. */
function readThinking(body: JsonObject, model: ClaudeModel, maxTokens: number): "off" | "adaptive" | "budget" {
  const thinking = objectAt(body, "thinking");
  const off = thinking?.["type"] === "disabled";
  demand(!off || !model.thinksAlways, '"thinking.type.disabled" is not supported for this model.');
  if (thinking === undefined || off) return "off";
  if (thinking["type"] === "adaptive") {
    demand(model.thinksAdaptively, "adaptive thinking is not supported on this model");
    return "adaptive";
  }
  demand(
    thinking["type"] === "enabled",
    "thinking: Input tag does not match any of the expected tags: 'adaptive', 'disabled', 'enabled'",
  );
  const instead = 'Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.';
  demand(model.samples, `"thinking.type.enabled" is not supported for this model. ${instead}`);
  const budget = numberAt(thinking, "budget_tokens");
  demand(budget !== undefined, "thinking.enabled.budget_tokens: Field required");
  demand(budget >= 1024, "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
  demand(budget < maxTokens, "`max_tokens` must be greater than `thinking.budget_tokens`.");
  return "budget";
}

interface Sampling {
  readonly samples: boolean;
  readonly thinks: boolean;
  readonly stricter: boolean;
}

function checkSampling(body: JsonObject, { samples, thinks, stricter }: Sampling): void {
  for (const [name, most] of [
    ["temperature", 1],
    ["top_p", 1],
    ["top_k", Number.POSITIVE_INFINITY],
  ] as const) {
    const value = body[name] ?? undefined;
    if (value === undefined) continue;
    demand(!stricter, `${name}: Extra inputs are not permitted`);
    demand(typeof value === "number", `${name}: Input should be a valid number`);
    demand(value >= 0 && value <= most, `${name}: range: 0..${most}`);
    demand(samples || value === 1, `\`${name}\` is deprecated for this model.`);
    const why = "may only be set to 1 when thinking is enabled or in adaptive mode.";
    demand(!thinks || name !== "temperature" || value === 1, `\`temperature\` ${why}`);
    demand(!thinks || name !== "top_k", "`top_k` must be unset when thinking is enabled.");
    demand(
      !thinks || name !== "top_p" || value >= 0.95,
      "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.",
    );
  }
}

function readTool(tool: unknown, index: number): DemoTool[] {
  const at = `tools.${index}`;
  demand(isObject(tool), `${at}: Input should be a valid dictionary`);
  // Server tools are named by a dated type; the demo knows what they are and never runs one.
  if ((tool["type"] ?? "custom") !== "custom") return [];
  const name = stringAt(tool, "name") ?? "";
  demand(NAME.test(name), `${at}.custom.name: String should match pattern '${NAME.source}'`);
  const schema = objectAt(tool, "input_schema");
  demand(schema !== undefined, `${at}.custom.input_schema: Field required`);
  demand(schema["type"] === "object", `${at}.custom.input_schema.type: Input should be 'object'`);
  const top = ["oneOf", "allOf", "anyOf"].some((key) => Object.hasOwn(schema, key));
  demand(!top, `${at}.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level`);
  return [{ name, parameters: schema }];
}

function allowedTools(tools: readonly DemoTool[], choice: JsonObject, budgeted: boolean): readonly DemoTool[] {
  const type = stringAt(choice, "type") ?? "";
  if (type === "auto") return tools;
  if (type === "none") return [];
  demand(
    type === "any" || type === "tool",
    "tool_choice: Input tag does not match any of the expected tags: 'auto', 'any', 'tool', 'none'",
  );
  demand(tools.length > 0, "tool_choice: tool_choice may only be specified while providing tools");
  demand(!budgeted, "Thinking may not be enabled when tool_choice forces tool use.");
  if (type === "any") return tools;
  const found = tools.find((tool) => tool.name === choice["name"]);
  demand(found !== undefined, `Tool '${choice["name"]}' not found in provided tools`);
  return [found];
}

function readOutput(body: JsonObject): DemoPrompt["output"] {
  const config = objectAt(body, "output_config") ?? {};
  const effort = config["effort"] ?? "high";
  demand(
    typeof effort === "string" && ["low", "medium", "high", "xhigh", "max"].includes(effort),
    "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'",
  );
  const format = objectAt(config, "format") ?? objectAt(body, "output_format");
  if (format === undefined) return "text";
  demand(format["type"] === "json_schema", "output_config.format.type: Input should be 'json_schema'");
  const schema = objectAt(format, "schema");
  demand(schema !== undefined, "output_config.format.schema: Field required");
  checkClosed(schema, 0);
  return schema;
}

/** Structured output needs closed objects all the way down. */
function checkClosed(schema: unknown, depth: number): void {
  if (!isObject(schema) || depth > 32) return;
  const open = schema["type"] === "object" && schema["additionalProperties"] !== false;
  demand(!open, "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false");
  const named = [objectAt(schema, "properties"), objectAt(schema, "$defs")].flatMap((each) => Object.values(each ?? {}));
  for (const each of [...named, schema["items"], ...arrayAt(schema, "anyOf")]) checkClosed(each, depth + 1);
}

function readStop(body: JsonObject): string[] {
  const stops = arrayAt(body, "stop_sequences").filter((each) => typeof each === "string");
  const blank = stops.some((each) => each.trim() === "");
  demand(!blank, "stop_sequences: each stop sequence must contain non-whitespace");
  return stops;
}
