/** Neutral tools, tool choice and answer format → chat completions. */
import type { ChatRequest, JsonObject, ResponseFormat, Tool, ToolChoice } from "../../core/chat";
import { isObject } from "../../core/read-json";
import { encodeCache, type PartContext } from "./encode-part";

export function encodeTool(tool: Tool, context: PartContext): JsonObject {
  if (tool.kind === "custom") return { type: "custom", custom: tool.value };
  if (tool.kind === "server") return tool.value;
  const { name, description, parameters, strict, cache, extra = {} } = tool;
  const { function: unknownInside, ...beside } = extra;
  return {
    type: "function",
    function: { name, description, parameters, strict, ...(isObject(unknownInside) ? unknownInside : {}) },
    ...encodeCache(cache, context, "tools[].cache_control"),
    ...beside,
  };
}

export function encodeToolChoice(choice: ToolChoice, tools: ChatRequest["tools"]): unknown {
  if (choice.mode === "tool") return named(choice.name, choice.custom === true);
  if (choice.mode !== "allowed") return choice.mode;
  const known = new Map((tools ?? []).flatMap((tool) => (tool.kind === "server" ? [] : [[tool.name, tool.kind] as const])));
  // A name that is no tool of the client's stands for a server tool's type.
  const references = choice.names.map((name) => (known.has(name) ? named(name, known.get(name) === "custom") : { type: name }));
  return { type: "allowed_tools", allowed_tools: { mode: choice.required ? "required" : "auto", tools: references } };
}

function named(name: string, custom: boolean): JsonObject {
  return custom ? { type: "custom", custom: { name } } : { type: "function", function: { name } };
}

export function encodeResponseFormat(format: ResponseFormat): JsonObject {
  if (format.kind === "text") return { type: "text" };
  if (format.kind === "json-object") return { type: "json_object" };
  const { name, description, schema, strict } = format;
  return { type: "json_schema", json_schema: { name, description, schema, strict } };
}
