/** `tool_calls` of an assistant message → neutral tool calls. */
import type { JsonObject, ToolCallPart } from "../../core/chat";
import { compact } from "../../core/compact";
import { objectAt, stringAt } from "../../core/read-json";
import {
  below,
  objectList,
  optionalObject,
  optionalString,
  requiredObject,
  requiredString,
  unknownAround,
  unknownMembers,
  wrongValue,
} from "./check";
import { decodeCache } from "./decode-part";

/** `index` is a call's place in the stream it came by. */
const BESIDE = ["id", "index", "extra_content", "cache_control"];
const INNER = { function: new Set(["name", "arguments"]), custom: new Set(["name", "input"]) } as const;

export function decodeToolCalls(message: JsonObject, path: string): ToolCallPart[] {
  return objectList(message, "tool_calls", path).map(([call, at]) => decodeToolCall(call, at));
}

function decodeToolCall(call: JsonObject, path: string): ToolCallPart {
  const type = optionalString(call, "type", path) ?? "function";
  if (type !== "function" && type !== "custom") throw wrongValue(below(path, "type"), type, ["function", "custom"]);
  const inner = requiredObject(call, type, path);
  const at = below(path, type);
  const { signature, rest } = splitSignature(optionalObject(call, "extra_content", path));
  const unknown = unknownAround(call, type, INNER[type], path, BESIDE);
  return compact({
    type: "tool-call" as const,
    id: requiredString(call, "id", path),
    name: requiredString(inner, "name", at),
    arguments: requiredString(inner, type === "custom" ? "input" : "arguments", at),
    custom: type === "custom" ? true : undefined,
    signature,
    cache: decodeCache(call, path),
    extra: rest === undefined ? unknown : { ...unknown, extra_content: rest },
  });
}

/** Google's place for Gemini's thought signature: `extra_content.google.thought_signature`; what stands beside it stays. */
export function splitSignature(content: JsonObject | undefined): { signature?: string; rest?: JsonObject } {
  if (content === undefined) return {};
  const google = objectAt(content, "google") ?? {};
  const signature = stringAt(google, "thought_signature");
  if (signature === undefined) return { rest: content };
  const googleRest = unknownMembers(google, new Set(["thought_signature"]));
  const others = unknownMembers(content, new Set(["google"]));
  const rest = googleRest === undefined ? others : { ...others, google: googleRest };
  return rest === undefined ? { signature } : { signature, rest };
}
