/**
 * Reasoning that comes back with an assistant message. Three conventions are in use: `reasoning_details` (OpenRouter, and what
 * this dialect sends), `thinking_blocks` (LiteLLM) and a plain `reasoning_content` or `reasoning`. The first present wins: they
 * repeat each other.
 */
import type { JsonObject, ReasoningPart } from "../../core/chat";
import { compact } from "../../core/compact";
import { reasoningProvider } from "../../core/reasoning-format";
import { objectList, optionalString, unknownMembers } from "./check";

export const REASONING_FIELDS = ["reasoning_details", "thinking_blocks", "reasoning_content", "reasoning"] as const;

export function decodeReasoning(message: JsonObject, path: string): ReasoningPart[] {
  const details = objectList(message, "reasoning_details", path);
  if (details.length > 0) return details.map(([detail, at]) => decodeDetail(detail, at));
  const blocks = objectList(message, "thinking_blocks", path);
  if (blocks.length > 0) return blocks.map(([block, at]) => decodeThinkingBlock(block, at));
  const text = optionalString(message, "reasoning_content", path) ?? optionalString(message, "reasoning", path);
  return text === undefined || text === "" ? [] : [{ type: "reasoning", text }];
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

function decodeThinkingBlock(block: JsonObject, path: string): ReasoningPart {
  return compact({
    type: "reasoning" as const,
    text: optionalString(block, "thinking", path) ?? "",
    provider: "anthropic",
    signature: optionalString(block, "signature", path),
    redacted: optionalString(block, "data", path),
  });
}
