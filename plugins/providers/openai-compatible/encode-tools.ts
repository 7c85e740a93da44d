/** Neutral tools, tool choice and answer format → chat completions. */
import type { ChatRequest, JsonObject, ResponseFormat, Tool, ToolChoice } from "../../core/chat";
import { isObject, objectAt } from "../../core/read-json";
import { encodeCache, type PartContext, withInner } from "./encode-part";
import { withoutVendorFields } from "./vendor-fields";

export function encodeTool(tool: Tool, context: PartContext): JsonObject {
  if (tool.kind === "server") return tool.value;
  const cache = encodeCache(tool.cache, context, "tools[].cache_control");
  if (tool.kind === "custom") return { type: "custom", custom: tool.value, ...cache, ...tool.extra };
  const { name, description, parameters, strict, extra } = tool;
  const { function: inside, ...beside } = extra ?? {};
  const taken = isObject(inside) ? withoutVendorFields(inside, "tools[].function", context) : undefined;
  const unknown = taken === undefined ? beside : { ...beside, function: taken };
  return withInner("function", { name, description, parameters, strict }, cache, unknown);
}

export function encodeToolChoice(choice: ToolChoice, tools: ChatRequest["tools"]): unknown {
  if (choice.mode === "tool") return named(choice.name, choice.custom === true, choice.extra);
  if (choice.mode !== "allowed") return choice.mode;
  const known = new Map((tools ?? []).flatMap((tool) => (tool.kind === "server" ? [] : [[tool.name, tool.kind] as const])));
  // A name that is no tool of the client's stands for a server tool's type.
  const references = choice.names.map((name, at) => {
    const reference = choice.references?.[at];
    if (reference !== undefined) return renamed(reference, name);
    return known.has(name) ? named(name, known.get(name) === "custom") : { type: name };
  });
  const allowed = { mode: choice.required ? "required" : "auto", tools: references };
  return withInner("allowed_tools", allowed, {}, choice.extra);
}

/** The name decides, as it does among the tools; a server tool's stands in its own object, here as there. */
function renamed(reference: JsonObject, name: string): JsonObject {
  const type = reference["type"];
  if (type !== "function" && type !== "custom") return reference;
  const inner = objectAt(reference, type);
  return inner?.["name"] === name ? reference : { ...reference, [type]: { ...inner, name } };
}

function named(name: string, custom: boolean, extra?: JsonObject): JsonObject {
  return withInner(custom ? "custom" : "function", { name }, {}, extra);
}

export function encodeResponseFormat(format: ResponseFormat): JsonObject {
  if (format.kind === "text") return { type: "text", ...format.extra };
  if (format.kind === "json-object") return { type: "json_object", ...format.extra };
  const { name, description, schema, strict, extra } = format;
  return withInner("json_schema", { name, description, schema, strict }, {}, extra);
}
