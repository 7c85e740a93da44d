/**
 * Reasoning that comes back with an assistant message. Three conventions are in use: `reasoning_details` (OpenRouter, and what
 * this dialect sends), `thinking_blocks` (LiteLLM) and a plain `reasoning_content` or `reasoning`. The first present is read: they
 * repeat each other. One that says something else is kept as it is.
 */
import type { JsonObject, ReasoningPart } from "../../core/chat";
import { compact } from "../../core/compact";
import { reasoningProvider } from "../../core/reasoning-format";
import { objectList, optionalString, unknownMembers } from "./check";

export const REASONING_FIELDS = ["reasoning_details", "thinking_blocks", "reasoning_content", "reasoning"] as const;

/** @returns `rest`: the fields, by name, that `parts` do not say */
export function decodeReasoning(
  message: JsonObject,
  path: string,
): { readonly parts: readonly ReasoningPart[]; readonly rest: JsonObject } {
  const details = objectList(message, "reasoning_details", path).map(([detail, at]) => decodeDetail(detail, at));
  const blocks = objectList(message, "thinking_blocks", path).map(([block, at]) => decodeThinkingBlock(block, at));
  const content = optionalString(message, "reasoning_content", path);
  const reasoning = optionalString(message, "reasoning", path);
  const plain = content || reasoning;
  const bare: ReasoningPart[] = plain ? [{ type: "reasoning", text: plain }] : [];
  const parts = [details, blocks].find((it) => it.length > 0) ?? bare;
  const text = parts.map((part) => part.text).join("");
  const rest = compact({
    thinking_blocks: blocks.length === 0 || saidBy(blocks) === saidBy(parts) ? undefined : message["thinking_blocks"],
    // Where there is no other, DeepSeek and its like want even an empty one back.
    reasoning_content: (content === text) === (content === "") ? content : undefined,
    reasoning: reasoning === text || reasoning === "" ? undefined : reasoning,
  });
  return { parts, rest };
}

function saidBy(parts: readonly ReasoningPart[]): string {
  return JSON.stringify(parts.map(({ text, signature, redacted }) => [text, signature, redacted]));
}

const DETAIL = new Set(["text", "summary", "data", "signature", "format"]);

/** `id`, `index` and a `type` other than text or encrypted must come back unchanged: they ride in `extra`. */
function decodeDetail(detail: JsonObject, path: string): ReasoningPart {
  const format = optionalString(detail, "format", path);
  const redacted = optionalString(detail, "data", path);
  const type = optionalString(detail, "type", path);
  const plain = type === (redacted === undefined ? "reasoning.text" : "reasoning.encrypted");
  return compact({
    type: "reasoning" as const,
    text: optionalString(detail, "text", path) ?? optionalString(detail, "summary", path) ?? "",
    provider: format === undefined ? undefined : reasoningProvider(format),
    signature: optionalString(detail, "signature", path),
    redacted,
    extra: unknownMembers(detail, plain ? new Set([...DETAIL, "type"]) : DETAIL, path),
  });
}

const BLOCK = new Set(["thinking", "signature", "data"]);

/** By its `type`, which no detail has, a codec of this dialect knows where it came from. */
function decodeThinkingBlock(block: JsonObject, path: string): ReasoningPart {
  return compact({
    type: "reasoning" as const,
    text: optionalString(block, "thinking", path) ?? "",
    provider: "anthropic",
    signature: optionalString(block, "signature", path),
    redacted: optionalString(block, "data", path),
    extra: unknownMembers(block, BLOCK, path),
  });
}
