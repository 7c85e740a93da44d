/** `tools`, `tool_choice` and their deprecated forms `functions`, `function_call` → neutral. */
import type { JsonObject, Tool, ToolChoice } from "../../core/chat";
import { compact } from "../../core/compact";
import {
  below,
  conflicting,
  field,
  objectList,
  optionalBoolean,
  optionalObject,
  optionalString,
  refuseLookalikes,
  requiredObject,
  requiredString,
  unknownAround,
  unknownMembers,
  wrongType,
  wrongValue,
} from "./check";
import { decodeCache } from "./decode-part";

/** @throws GraftError for `functions` beside `tools` and the like, as OpenAI does. */
export function decodeTools(request: JsonObject): Tool[] | undefined {
  const functions = objectList(request, "functions");
  if (field(request, "tools") !== undefined && functions.length > 0) throw conflicting("functions", "tools");
  if (field(request, "tools") !== undefined) return objectList(request, "tools").map(([tool, path]) => decodeTool(tool, path));
  if (field(request, "functions") === undefined) return undefined;
  return functions.map(([definition, path]) => functionTool(definition, path));
}

function decodeTool(tool: JsonObject, path: string): Tool {
  // Mistral's SDK leaves `type` out.
  const fallback = field(tool, "function") === undefined ? undefined : "function";
  const type = optionalString(tool, "type", path) ?? fallback ?? requiredString(tool, "type", path);
  if (type === "custom") {
    const value = requiredObject(tool, "custom", path);
    const at = below(path, "custom");
    refuseLookalikes(value, CUSTOM, at);
    return compact({
      kind: "custom" as const,
      name: requiredString(value, "name", at),
      value,
      cache: decodeCache(tool, path),
      extra: unknownMembers(tool, CUSTOM_TOOL, path),
    });
  }
  if (type !== "function") return { kind: "server", value: tool };
  return functionTool(requiredObject(tool, "function", path), below(path, "function"), tool, path);
}

const CUSTOM = new Set(["name", "description", "format"]);
const CUSTOM_TOOL = new Set(["type", "custom", "cache_control"]);
const DEFINITION = new Set(["name", "description", "parameters", "strict", "cache_control"]);
const TOOL = new Set(["type", "function", "cache_control"]);

/** Members unknown on the tool ride in `extra`, those unknown on its `function` object below `extra.function`. */
function functionTool(definition: JsonObject, path: string, tool: JsonObject = {}, toolPath = ""): Tool {
  const mark = decodeCache(tool, toolPath);
  const second = mark === undefined ? undefined : field(definition, "cache_control");
  const unknown = unknownMembers(definition, DEFINITION, path);
  const inside = second === undefined ? unknown : { ...unknown, cache_control: second };
  const outside = unknownMembers(tool, TOOL, toolPath);
  return compact({
    kind: "function" as const,
    name: requiredString(definition, "name", path),
    description: optionalString(definition, "description", path),
    parameters: optionalObject(definition, "parameters", path),
    strict: optionalBoolean(definition, "strict", path),
    cache: mark ?? decodeCache(definition, path),
    extra: inside === undefined ? outside : { ...outside, function: inside },
  });
}

/** `undefined` also for an object form nobody here knows: that one rides in the request's `extra`. */
export function decodeToolChoice(request: JsonObject): ToolChoice | undefined {
  const choice = field(request, "tool_choice");
  if (choice === undefined) return decodeLegacyChoice(request);
  if (field(request, "function_call") !== undefined) throw conflicting("function_call", "tool_choice");
  if (typeof choice === "string") return modeOf(choice, "tool_choice");
  const value = optionalObject(request, "tool_choice") ?? {};
  const type = requiredString(value, "type", "tool_choice");
  if (type === "function" || type === "custom") {
    const name = requiredString(requiredObject(value, type, "tool_choice"), "name", `tool_choice.${type}`);
    const custom = type === "custom" ? true : undefined;
    return compact({ mode: "tool" as const, name, custom, extra: unknownAround(value, type, NAME, "tool_choice") });
  }
  return type === "allowed_tools" ? decodeAllowed(value) : undefined;
}

const NAME = new Set(["name"]);
const ALLOWED = new Set(["mode", "tools"]);

function modeOf(word: string, path: string): ToolChoice {
  // Mistral's and Anthropic's word.
  if (word === "any" && path === "tool_choice") return { mode: "required" };
  if (word === "auto" || word === "none" || word === "required") return { mode: word };
  throw wrongValue(path, word, path === "tool_choice" ? ["none", "auto", "required"] : ["none", "auto"]);
}

function decodeAllowed(value: JsonObject): ToolChoice {
  const at = "tool_choice.allowed_tools";
  const allowed = requiredObject(value, "allowed_tools", "tool_choice");
  const mode = requiredString(allowed, "mode", at);
  if (mode !== "auto" && mode !== "required") throw wrongValue(below(at, "mode"), mode, ["auto", "required"]);
  const tools = objectList(allowed, "tools", at);
  const names = tools.map(([tool, path]) => {
    const type = requiredString(tool, "type", path);
    // MCP and other server tools are named by type or label: those stay selectable by that word.
    if (type !== "function" && type !== "custom") return optionalString(tool, "name", path) ?? type;
    return requiredString(requiredObject(tool, type, path), "name", below(path, type));
  });
  return compact({
    mode: "allowed" as const,
    required: mode === "required",
    names,
    references: tools.map(([tool]) => tool),
    extra: unknownAround(value, "allowed_tools", ALLOWED, "tool_choice"),
  });
}

function decodeLegacyChoice(request: JsonObject): ToolChoice | undefined {
  const choice = field(request, "function_call");
  if (choice === undefined) return undefined;
  if (typeof choice === "string") {
    if (choice === "required") throw wrongValue("function_call", choice, ["none", "auto"]);
    return modeOf(choice, "function_call");
  }
  const value = optionalObject(request, "function_call");
  if (value === undefined) throw wrongType("function_call", "one of a string or object", choice);
  const rest = unknownMembers(value, NAME, "function_call");
  const name = requiredString(value, "name", "function_call");
  return rest === undefined ? { mode: "tool", name } : { mode: "tool", name, extra: { function: rest } };
}
