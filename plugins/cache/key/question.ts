/** What a request asks in its last turn, where an answer to the same question in other words would do. */
import type { ChatRequest, Message, Part, TextPart } from "../../core/chat";

/** What an answer may depend on besides words: looked at, listened to, done. */
const WORDS_ONLY: ReadonlySet<Part["type"]> = new Set<Part["type"]>(["text", "reasoning", "refusal"]);

/**
 * The text of the last message, if it is the user's and nothing but text; its parts as lines.
 * @returns undefined also where there are tools, or anything but words in any message: there a question is not all that is asked
 */
export function questionOf({ messages, tools }: ChatRequest): string | undefined {
  const last = messages.at(-1);
  if (last?.role !== "user" || (tools?.length ?? 0) > 0) return undefined;
  if (!messages.every(({ parts }) => parts.every(({ type }) => WORDS_ONLY.has(type)))) return undefined;
  if (!last.parts.every(isText)) return undefined;
  const text = last.parts.map((part) => part.text).join("\n");
  return text.trim() === "" ? undefined : text;
}

/** The message with its words taken out; what stands beside them stays. */
export function withoutWords(message: Message): Message {
  return { ...message, parts: message.parts.map((part) => (isText(part) ? { ...part, text: "" } : part)) };
}

/** Of users and of the model. */
export function turnsOf({ messages }: ChatRequest): number {
  return messages.filter(({ role }) => role === "user" || role === "assistant").length;
}

function isText(part: Part): part is TextPart {
  return part.type === "text";
}
