import type { ChatRequest, Message } from "../../../plugins/core/chat";
import type { CodecTarget } from "../../../plugins/core/provider";
import { anthropic } from "../../../plugins/providers/anthropic";
import { violations } from "./messages-api";

export const SONNET = "claude-sonnet-4-6";

export function chat(fields: Partial<ChatRequest> = {}): ChatRequest {
  return { kind: "chat", model: "alias", messages: [user("Hello")], stream: false, includeUsage: false, extra: {}, ...fields };
}

export function user(text: string): Message {
  return { role: "user", parts: [{ type: "text", text }] };
}

export function system(text: string): Message {
  return { role: "system", parts: [{ type: "text", text }] };
}

export function assistant(text: string): Message {
  return { role: "assistant", parts: [{ type: "text", text }] };
}

export function calls(...ids: readonly string[]): Message {
  return { role: "assistant", parts: ids.map((id) => ({ type: "tool-call", id, name: "look", arguments: `{"at":"${id}"}` })) };
}

export function result(callId: string, text = "seen"): Message {
  return { role: "tool", parts: [{ type: "tool-result", callId, content: [{ type: "text", text }] }] };
}

export interface Encoded {
  readonly body: { readonly [key: string]: unknown };
  readonly dropped: readonly string[];
}

/** Encodes, and refuses what the API would refuse. */
export function encode(fields: Partial<ChatRequest>, model = SONNET, target: Partial<CodecTarget> = {}): Encoded {
  const { body, dropped } = anthropic.encodeRequest(chat(fields), { model, ...target });
  const value = JSON.parse(body.toString("utf8")) as { readonly [key: string]: unknown };
  expect(violations(value)).toEqual([]);
  return { body: value, dropped };
}
