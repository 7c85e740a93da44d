import type { ChatRequest, Message, Part, Role } from "../../../plugins/core/chat";

export function chat(messages: readonly Message[], more: Partial<ChatRequest> = {}): ChatRequest {
  return { kind: "chat", model: "m", messages, stream: false, includeUsage: false, extra: {}, ...more };
}

export function says(role: Role, ...parts: readonly (string | Part)[]): Message {
  return { role, parts: parts.map((part) => (typeof part === "string" ? { type: "text", text: part } : part)) };
}

export function ask(text: string, more: Partial<ChatRequest> = {}): ChatRequest {
  return chat([says("user", text)], more);
}

export const GPT_4O = { providerKind: "openai", model: "gpt-4o" };
export const CLAUDE = { providerKind: "anthropic", model: "claude-sonnet-4-5" };
export const GEMINI = { providerKind: "gemini", model: "gemini-2.5-flash" };
