import type { ChatRequest, Message, Part } from "../../../plugins/core/chat";
import { gemini } from "../../../plugins/providers/gemini";
import { violations } from "./generate-content";

export const LATEST = "gemini-3.8-flash";
export const FLASH_25 = "gemini-2.5-flash";

export function chat(fields: Partial<ChatRequest> = {}): ChatRequest {
  return { kind: "chat", model: "alias", messages: [user("Hello")], stream: false, includeUsage: false, extra: {}, ...fields };
}

export function message(role: Message["role"], ...parts: readonly (Part | string)[]): Message {
  return { role, parts: parts.map((part) => (typeof part === "string" ? { type: "text", text: part } : part)) };
}

export function user(...parts: readonly (Part | string)[]): Message {
  return message("user", ...parts);
}

export function assistant(...parts: readonly (Part | string)[]): Message {
  return message("assistant", ...parts);
}

export function call(id: string, fields: Partial<Extract<Part, { type: "tool-call" }>> = {}): Part {
  return { type: "tool-call", id, name: "look", arguments: `{"at":"${id}"}`, ...fields };
}

export function result(callId: string, fields: Partial<Extract<Part, { type: "tool-result" }>> = {}): Message {
  return { role: "tool", parts: [{ type: "tool-result", callId, content: [{ type: "text", text: "seen" }], ...fields }] };
}

type Json = { readonly [key: string]: unknown };

export interface WireBody {
  readonly systemInstruction?: { readonly parts: readonly Json[] };
  readonly contents: readonly { readonly role: string; readonly parts: readonly Json[] }[];
  readonly tools?: readonly Json[];
  readonly toolConfig?: Json;
  readonly generationConfig?: Json;
  readonly [key: string]: unknown;
}

export interface Encoded {
  readonly path: string;
  readonly body: WireBody;
  readonly dropped: readonly string[];
}

/** Encodes, and refuses what the API would refuse. */
export function encode(fields: Partial<ChatRequest>, model = LATEST): Encoded {
  const { path, body, dropped } = gemini.encodeRequest(chat(fields), { model });
  const value = JSON.parse(body.toString("utf8")) as WireBody;
  expect(violations(value, model)).toEqual([]);
  expect(new Set(dropped).size).toBe(dropped.length);
  return { path, body: value, dropped };
}
