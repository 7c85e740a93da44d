/** Helpers of the request tests. */
import type { ChatRequest } from "../../../plugins/core/chat";
import { GraftError } from "../../../plugins/core/errors";
import { type JsonSource, parseJsonSource } from "../../../plugins/core/json-source";
import { decodeRequest } from "../../../plugins/dialects/openai-chat/decode-request";

export const HELLO = { role: "user", content: "hi" };

export function sourceOf(body: unknown): JsonSource {
  return parseJsonSource(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)));
}

export function decode(fields: object): ChatRequest {
  return decodeRequest(sourceOf({ model: "m", messages: [HELLO], ...fields }));
}

export function errorOf(run: () => unknown): GraftError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof GraftError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was thrown");
}
