/** Extensions of chat completions that other vendors made and OpenAI refuses: where a request uses one, it must be translated. */
import type { JsonObject } from "../../core/chat";
import { arrayAt, isObject } from "../../core/read-json";

const TOP = ["reasoning", "thinking", "top_k"];
const MESSAGE = [
  ...["reasoning_content", "reasoning_details", "reasoning", "thinking_blocks"],
  ...["extra_content", "images", "cache_control"],
];

export function usesVendorFields(request: JsonObject): boolean {
  return (
    hasAny(request, TOP) ||
    arrayAt(request, "tools").some((tool) => hasCacheMark(tool) || (isObject(tool) && hasCacheMark(tool["function"]))) ||
    arrayAt(request, "messages").some(messageUses)
  );
}

function messageUses(message: unknown): boolean {
  if (!isObject(message)) return false;
  return (
    hasAny(message, MESSAGE) ||
    arrayAt(message, "content").some(hasCacheMark) ||
    arrayAt(message, "tool_calls").some((call) => isObject(call) && hasAny(call, ["extra_content"]))
  );
}

function hasCacheMark(value: unknown): boolean {
  return isObject(value) && hasAny(value, ["cache_control"]);
}

function hasAny(value: JsonObject, keys: readonly string[]): boolean {
  return keys.some((key) => Object.hasOwn(value, key));
}
