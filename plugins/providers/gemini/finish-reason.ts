import type { FinishReason } from "../../core/events";

/** Google's words, from the references of the Gemini API and of Vertex AI. */
const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ["STOP", "stop"],
  ["MAX_TOKENS", "length"],
  // The cap of one request, below `maxOutputTokens`.
  ["CONTINUATION", "length"],
  ["SAFETY", "content-filter"],
  ["RECITATION", "content-filter"],
  ["LANGUAGE", "content-filter"],
  ["BLOCKLIST", "content-filter"],
  ["PROHIBITED_CONTENT", "content-filter"],
  ["SPII", "content-filter"],
  ["MODEL_ARMOR", "content-filter"],
  ["ESCALATION", "content-filter"],
  ["PUP_LIMITED_DISABLED", "content-filter"],
  ["IMAGE_SAFETY", "content-filter"],
  ["IMAGE_PROHIBITED_CONTENT", "content-filter"],
  ["IMAGE_RECITATION", "content-filter"],
  ["MALFORMED_FUNCTION_CALL", "error"],
  ["MALFORMED_RESPONSE", "error"],
  ["UNEXPECTED_TOOL_CALL", "error"],
  ["TOO_MANY_TOOL_CALLS", "error"],
  ["MISSING_THOUGHT_SIGNATURE", "error"],
  ["NO_IMAGE", "error"],
  ["IMAGE_OTHER", "error"],
]);

/** Ends that leave the calls in the answer usable. "Unexpected" is a whole call of a function that was not declared. */
const CALLS_STAND = new Set(["", "STOP", "UNEXPECTED_TOOL_CALL"]);

/** @param raw Google's word, empty where it gave none. */
export function finishReason(raw: string, hasCalls: boolean): FinishReason {
  if (hasCalls && CALLS_STAND.has(raw)) return "tool-calls";
  return REASONS.get(raw) ?? "other";
}
