/** Extensions of chat completions that other vendors made and OpenAI refuses: where a request uses one, it must be translated. */
import type { JsonObject } from "../../core/chat";
import { arrayAt, isObject } from "../../core/read-json";

const TOP = ["reasoning", "thinking", "top_k"];
const MESSAGE = [
  ...["reasoning_content", "reasoning_details", "reasoning", "thinking_blocks"],
  ...["extra_content", "images", "cache_control"],
];

const CALL = ["extra_content", "cache_control"];

/** What a translated request still has of them although nobody here read it, see `extra` of core/chat.ts. */
export function withoutVendorFields(
  extra: JsonObject | undefined,
  place: string,
  context: VendorContext,
): JsonObject | undefined {
  if (extra === undefined || context.extensions || !hasAny(extra, MESSAGE)) return extra;
  const taken = Object.entries(extra).filter(([key]) => !MESSAGE.includes(key));
  for (const [key, value] of Object.entries(extra))
    if (MESSAGE.includes(key) && value !== "") context.dropped.add(`${place}.${key}`);
  return Object.fromEntries(taken);
}

interface VendorContext {
  readonly extensions: boolean;
  readonly dropped: Set<string>;
}

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
    arrayAt(message, "tool_calls").some((call) => isObject(call) && hasAny(call, CALL))
  );
}

function hasCacheMark(value: unknown): boolean {
  return isObject(value) && hasAny(value, ["cache_control"]);
}

function hasAny(value: JsonObject, keys: readonly string[]): boolean {
  return keys.some((key) => Object.hasOwn(value, key));
}
