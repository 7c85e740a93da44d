import type { ChatRequest, JsonObject, Tool, ToolChoice } from "../../core/chat";
import { objectAt, stringAt } from "../../core/read-json";
import { cacheControl } from "./block";
import { CUSTOM_INPUT } from "./custom-tool";
import { saysSomething } from "./encode-content";
import { adaptSchema } from "./json-schema";
import type { ModelTraits } from "./model-traits";
import { isOurTool, webSearchTool } from "./server-tools";
import type { StrictBudget } from "./strict-budget";

type CustomTool = Extract<Tool, { kind: "custom" }>;

export interface ToolPlan {
  readonly tools?: readonly JsonObject[];
  readonly toolChoice?: JsonObject;
  /** The model must call a tool, which excludes thinking. */
  readonly forced: boolean;
}

/** Tool fields of Anthropic that OpenAI does not have: they pass. */
const KNOWN_EXTRA = ["defer_loading", "input_examples", "eager_input_streaming", "allowed_callers"];

/** @param calledTools names in the history: a conversation with tool blocks must define tools, also when the client offers none. */
export function planTools(
  request: ChatRequest,
  traits: ModelTraits,
  calledTools: ReadonlySet<string>,
  budget: StrictBudget,
  dropped: Set<string>,
): ToolPlan {
  const search = webSearchTool(request, dropped);
  const offered = allowedTools(request.tools ?? [], request.toolChoice).filter((tool) => isOurTool(tool, dropped));
  if (search !== undefined && !offered.some((tool) => nameOf(tool) === "web_search")) offered.push(search);
  if (offered.length > 0) {
    const tools = offered.map((tool) => encodeTool(tool, traits, budget, dropped));
    const toolChoice = encodeChoice(request.toolChoice, request.parallelToolCalls === false, traits, dropped);
    const forced = toolChoice?.["type"] === "any" || toolChoice?.["type"] === "tool";
    return toolChoice === undefined ? { tools, forced } : { tools, toolChoice, forced };
  }
  if (calledTools.size === 0) return { forced: false };
  const tools = [...calledTools].map((name) => ({ name, input_schema: { type: "object", properties: {} } }));
  return { tools, toolChoice: { type: "none" }, forced: false };
}

/** `allowed_tools` has no counterpart: only the allowed tools are offered. */
function allowedTools(tools: readonly Tool[], choice: ToolChoice | undefined): readonly Tool[] {
  if (choice?.mode !== "allowed") return tools;
  const allowed = new Set(choice.names);
  return tools.filter((tool) => allowed.has(nameOf(tool)));
}

function nameOf(tool: Tool): string {
  return tool.kind === "server" ? (stringAt(tool.value, "name") ?? "") : tool.name;
}

function encodeChoice(
  choice: ToolChoice | undefined,
  oneAtATime: boolean,
  traits: ModelTraits,
  dropped: Set<string>,
): JsonObject | undefined {
  const parallel = oneAtATime ? { disable_parallel_tool_use: true } : {};
  const wanted = wantedChoice(choice);
  if (wanted["type"] === "none") return wanted;
  if (wanted["type"] === "auto") return oneAtATime ? { ...wanted, ...parallel } : choice && wanted;
  if (traits.forcedTools) return { ...wanted, ...parallel };
  dropped.add("tool_choice");
  return { type: "auto", ...parallel };
}

function wantedChoice(choice: ToolChoice | undefined): JsonObject {
  switch (choice?.mode) {
    case undefined:
    case "auto":
      return { type: "auto" };
    case "none":
      return { type: "none" };
    case "required":
      return { type: "any" };
    case "tool":
      return { type: "tool", name: choice.name };
    case "allowed":
      return { type: choice.required ? "any" : "auto" };
  }
}

function encodeTool(tool: Tool, traits: ModelTraits, budget: StrictBudget, dropped: Set<string>): JsonObject {
  if (tool.kind === "server") return tool.value;
  if (tool.kind === "custom") return { ...encodeCustom(tool, dropped), ...cacheControl(tool.cache, dropped) };
  const out: Record<string, unknown> = { name: tool.name };
  if (tool.description !== undefined && tool.description !== "") out["description"] = tool.description;
  const strict = tool.strict === true ? strictSchema(tool.parameters, traits, budget, dropped) : undefined;
  if (strict === undefined) describeSchema(out, inputSchema(tool.parameters), dropped);
  else {
    out["input_schema"] = strict;
    out["strict"] = true;
  }
  addExtra(out, objectAt(tool.extra ?? {}, "function") ?? {}, "tools[].function", dropped);
  addExtra(out, tool.extra ?? {}, "tools[]", dropped);
  return { ...out, ...cacheControl(tool.cache, dropped) };
}

/** Clients put such fields on the tool or inside its `function` object. */
function addExtra(out: Record<string, unknown>, extra: JsonObject, place: string, dropped: Set<string>): void {
  for (const [key, value] of Object.entries(extra)) {
    if (KNOWN_EXTRA.includes(key)) out[key] = value;
    else if (key !== "function" && saysSomething(value)) dropped.add(`${place}.${key}`);
  }
}

function inputSchema(parameters: JsonObject | undefined): JsonObject {
  if (parameters === undefined || Object.keys(parameters).length === 0) return { type: "object", properties: {} };
  return parameters["type"] === undefined || parameters["type"] === null ? { ...parameters, type: "object" } : parameters;
}

function strictSchema(
  parameters: JsonObject | undefined,
  traits: ModelTraits,
  budget: StrictBudget,
  dropped: Set<string>,
): JsonObject | undefined {
  const schema = inputSchema(parameters);
  const adapted = traits.structured && schema["type"] === "object" ? adaptSchema(schema) : undefined;
  if (adapted === undefined || TOP_LEVEL.some((key) => key in adapted.schema) || !budget.take(adapted, true)) {
    dropped.add("tools[].function.strict");
    return undefined;
  }
  if (adapted.weakened) dropped.add("tools[].function.parameters");
  return adapted.schema;
}

const TOP_LEVEL = ["anyOf", "oneOf", "allOf"];

/** "input_schema does not support oneOf, allOf, or anyOf at the top level": such alternatives are told in words. */
function describeSchema(out: Record<string, unknown>, schema: JsonObject, dropped: Set<string>): void {
  const found = TOP_LEVEL.filter((key) => Object.hasOwn(schema, key));
  out["input_schema"] =
    found.length === 0 ? schema : Object.fromEntries(Object.entries(schema).filter(([key]) => !found.includes(key)));
  if (found.length === 0) return;
  dropped.add("tools[].function.parameters");
  const said = found.map((key) => `The input must match ${key} ${JSON.stringify(schema[key])}.`).join("\n");
  out["description"] = typeof out["description"] === "string" ? `${out["description"]}\n\n${said}` : said;
}

/** See custom-tool.ts. A grammar for the input cannot be enforced; the model still reads it. */
function encodeCustom({ name, value, extra }: CustomTool, dropped: Set<string>): JsonObject {
  const out: Record<string, unknown> = { name };
  const custom = objectAt(value, "custom") ?? value;
  const format = objectAt(custom, "format");
  const constrained = format !== undefined && stringAt(format, "type") !== "text";
  if (constrained) dropped.add("tools[].custom.format");
  const { name: _, description: __, format: ___, ...unknown } = custom;
  addExtra(out, unknown, "tools[].custom", dropped);
  addExtra(out, extra ?? {}, "tools[]", dropped);
  const description = [
    stringAt(custom, "description"),
    constrained ? `The input must match this format: ${JSON.stringify(format)}` : undefined,
  ].filter((text) => text !== undefined && text !== "");
  return {
    ...out,
    ...(description.length === 0 ? {} : { description: description.join("\n\n") }),
    input_schema: { type: "object", properties: { [CUSTOM_INPUT]: { type: "string" } }, required: [CUSTOM_INPUT] },
  };
}
