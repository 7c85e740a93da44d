import type { FinishReason } from "../../core/events";

const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  tool_use: "tool-calls",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  refusal: "content-filter",
};

/** Other, with the provider's word beside it: `pause_turn` (a long server-tool turn; sent back, the model goes on) and new ones. */
export function finishReason(raw: string): FinishReason {
  return Object.hasOwn(REASONS, raw) ? (REASONS[raw] ?? "other") : "other";
}
