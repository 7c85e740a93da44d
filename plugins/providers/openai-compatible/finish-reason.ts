/** What OpenAI-like servers call the end of an answer → neutral. */
import type { FinishReason } from "../../core/events";

export function finishReason(word: string): FinishReason {
  return REASONS.get(word) ?? "other";
}

const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ...words("stop", ["stop", "eos", "end_turn", "stop_sequence"]),
  ...words("length", ["length", "max_tokens", "model_length"]),
  ...words("tool-calls", ["tool_calls", "function_call", "tool_use"]),
  ...words("content-filter", ["content_filter", "content-filter", "safety"]),
  ...words("error", ["error", "insufficient_system_resource", "network_error"]),
]);

function words(reason: FinishReason, raw: readonly string[]): (readonly [string, FinishReason])[] {
  return raw.map((word) => [word, reason] as const);
}
