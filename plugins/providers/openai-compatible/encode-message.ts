/** One neutral message → chat completions message. */
import type {
  JsonObject,
  Message,
  OpaquePart,
  Part,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from "../../core/chat";
import { isObject } from "../../core/read-json";
import { reasoningFormat } from "../../core/reasoning-format";
import { DIALECT, encodePart, isPlainText, type PartContext } from "./encode-part";

/** `undefined` members vanish in JSON. */
type Wire = { readonly [key: string]: unknown };

export function encodeMessage(message: Message, context: PartContext): Wire {
  if (message.role === "assistant") return encodeAssistant(message, context);
  const result = message.parts.find((part) => part.type === "tool-result");
  if (message.role === "tool" && result !== undefined) return encodeResult(message, result, context);
  return { role: message.role, content: content(message.parts, context, ""), name: message.name, ...message.extra };
}

function encodeResult(message: Message, result: ToolResultPart, context: PartContext): Wire {
  if (result.isError === true) context.dropped.add("messages[].is_error");
  // The only place for a mark on the whole result is its last piece of content.
  const last = result.content.at(-1);
  const marked = result.cache !== undefined && last !== undefined && last.cache === undefined;
  const parts = marked ? [...result.content.slice(0, -1), { ...last, cache: result.cache }] : result.content;
  return {
    role: "tool",
    tool_call_id: result.callId,
    name: result.name,
    content: content(parts, context, ""),
    ...result.extra,
    ...message.extra,
  };
}

/** One plain text as a string: every server takes that; anything else as a list. */
function content(parts: readonly Part[], context: PartContext, none: string | null): unknown {
  const [first] = parts;
  if (first === undefined) return none;
  if (parts.length === 1 && isPlainText(first, context)) return first.text;
  const encoded = parts.map((part) => encodePart(part, context)).filter((part) => part !== undefined);
  return encoded.length === 0 ? none : encoded;
}

function encodeAssistant(message: Message, context: PartContext): Wire {
  const { parts } = message;
  const calls = parts.filter((part) => part.type === "tool-call");
  const refusal = parts.filter((part) => part.type === "refusal");
  const audio = parts.find((part) => part.type === "audio");
  const silent = calls.length === 0 && refusal.length === 0 && audio === undefined;
  return {
    role: "assistant",
    content: content(parts.filter(isContent), context, silent ? "" : null),
    name: message.name,
    refusal: refusal.length === 0 ? undefined : refusal.map((part) => part.text).join(""),
    audio: audio === undefined ? undefined : { id: audio.id },
    tool_calls: calls.length === 0 ? undefined : calls.map((call) => encodeCall(call, context)),
    ...encodeExtensions(parts, context),
    ...message.extra,
    ...extraContent(message, context),
  };
}

/** An empty text only carries a signature. */
function isContent(part: Part): boolean {
  if (part.type === "text") return part.text !== "" || part.signature === undefined;
  return part.type === "opaque" && part.provider === DIALECT;
}

function encodeCall(call: ToolCallPart, { extensions }: PartContext): Wire {
  const { signature, extra } = call;
  const google = signature === undefined || !extensions ? undefined : new Map([["google", { thought_signature: signature }]]);
  const inner = call.custom === true ? "custom" : "function";
  return {
    id: call.id,
    type: inner,
    [inner]: { name: call.name, [inner === "custom" ? "input" : "arguments"]: call.arguments },
    ...extra,
    ...(google === undefined ? {} : { extra_content: merge(extra?.["extra_content"], google) }),
  };
}

/** Reasoning and images of earlier answers: fields that OpenAI does not have. */
function encodeExtensions(parts: readonly Part[], context: PartContext): Wire {
  const reasoning = parts.filter((part) => part.type === "reasoning");
  const images = parts.filter((part) => part.type === "image");
  if (!context.extensions) {
    if (reasoning.length > 0) context.dropped.add("messages[].reasoning_content");
    if (images.length > 0) context.dropped.add("messages[].images");
    return {};
  }
  const text = reasoning.map((part) => part.text).join("");
  return {
    reasoning_content: text === "" ? undefined : text,
    reasoning_details: reasoning.some(hasDetail) ? reasoning.map(encodeDetail) : undefined,
    images: images.length === 0 ? undefined : images.map((image) => encodePart(image, context)),
  };
}

function hasDetail(part: ReasoningPart): boolean {
  return (part.signature ?? part.redacted ?? part.extra ?? part.provider) !== undefined;
}

function encodeDetail({ text, provider, signature, redacted, extra }: ReasoningPart): Wire {
  const format = provider === undefined ? undefined : reasoningFormat(provider);
  if (redacted !== undefined) return { type: "reasoning.encrypted", data: redacted, format, signature, ...extra };
  const words = extra?.["type"] === "reasoning.summary" ? { summary: text } : { text };
  return { type: "reasoning.text", ...words, signature, format, ...extra };
}

/** `extra_content`: the signature of a text, and blocks that only one provider understands, beside what was unknown there. */
function extraContent(message: Message, { extensions, dropped }: PartContext): Wire {
  const blocks = message.parts.filter((part): part is OpaquePart => part.type === "opaque" && part.provider !== DIALECT);
  const signature = message.parts.findLast((part): part is TextPart => part.type === "text" && part.signature !== undefined);
  if (!extensions && blocks.length > 0) dropped.add("messages[].extra_content");
  if (!extensions || (blocks.length === 0 && signature === undefined)) return {};
  const added = new Map<string, JsonObject>();
  for (const provider of new Set(blocks.map((part) => part.provider))) {
    added.set(provider, { blocks: blocks.filter((part) => part.provider === provider).map((part) => part.value) });
  }
  if (signature !== undefined) added.set("google", { ...added.get("google"), thought_signature: signature.signature });
  return { extra_content: merge(message.extra?.["extra_content"], added) };
}

/** Two levels deep: `extra_content` is a record of records. A map, because a provider may be named `__proto__`. */
function merge(base: unknown, added: ReadonlyMap<string, JsonObject>): Wire {
  const merged = new Map<string, unknown>(isObject(base) ? Object.entries(base) : []);
  for (const [key, value] of added) {
    const before = merged.get(key);
    merged.set(key, isObject(before) ? { ...before, ...value } : value);
  }
  return Object.fromEntries(merged);
}
