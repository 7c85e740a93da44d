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
import { DIALECT, encodeCache, encodePart, isPlainText, type PartContext, withInner } from "./encode-part";
import { withoutVendorFields } from "./vendor-fields";

const PLACE = "messages[]";

/** `undefined` members vanish in JSON. */
type Wire = { readonly [key: string]: unknown };

export function encodeMessage(message: Message, context: PartContext): Wire {
  if (message.role === "assistant") return encodeAssistant(message, context);
  const result = message.parts.find((part) => part.type === "tool-result");
  if (message.role === "tool" && result !== undefined) return encodeResult(message, result, context);
  const extra = withoutVendorFields(message.extra, PLACE, context);
  return { role: message.role, content: content(message.parts, context, ""), name: message.name, ...extra };
}

function encodeResult(message: Message, result: ToolResultPart, context: PartContext): Wire {
  if (result.isError === true) context.dropped.add("messages[].is_error");
  // The only place for a mark on the whole result is its last piece of content.
  const last = result.content.at(-1);
  const marked = result.cache !== undefined && last !== undefined && last.cache === undefined;
  const parts = marked ? [...result.content.slice(0, -1), { ...last, cache: result.cache }] : result.content;
  const cache = marked ? {} : encodeCache(result.cache, context, `${PLACE}.cache_control`);
  return {
    role: "tool",
    tool_call_id: result.callId,
    name: result.name,
    content: content(parts, context, ""),
    ...cache,
    ...result.extra,
    ...withoutVendorFields(message.extra, PLACE, context),
  };
}

/** One plain text as a string: every server takes that; anything else as a list. */
function content(parts: readonly Part[], context: PartContext, none: string | null): unknown {
  const [first] = parts;
  if (first === undefined) return none;
  if (parts.length === 1 && isPlainText(first, context)) {
    encodeCache(first.cache, context, `${PLACE}.content[].cache_control`);
    return first.text;
  }
  const encoded = parts.map((part) => encodePart(part, context)).filter((part) => part !== undefined);
  return encoded.length === 0 ? none : encoded;
}

function encodeAssistant(message: Message, context: PartContext): Wire {
  const { parts } = message;
  const calls = parts.filter((part) => part.type === "tool-call");
  const refusal = parts.filter((part) => part.type === "refusal").filter((part) => !isContent(part));
  const audio = parts.filter((part) => part.type === "audio").find((part) => !isContent(part));
  const silent = calls.length === 0 && refusal.length === 0 && audio === undefined;
  return {
    role: "assistant",
    content: content(parts.filter(isContent), context, silent ? "" : null),
    name: message.name,
    refusal: refusal.length === 0 ? undefined : refusal.map((part) => part.text).join(""),
    audio: audio === undefined ? undefined : { id: audio.id, ...audio.extra },
    tool_calls: calls.length === 0 ? undefined : calls.map((call) => encodeCall(call, context)),
    ...encodeExtensions(parts, context),
    ...withoutVendorFields(message.extra, PLACE, context),
    ...extraContent(message, context),
  };
}

/** Images, which are no content of such a message anywhere, have a field of their own. */
function isContent(part: Part): boolean {
  switch (part.type) {
    case "text":
      // An empty text only carries a signature.
      return part.text !== "" || part.signature === undefined;
    case "refusal":
      // What the field has no place for.
      return (part.extra ?? part.cache) !== undefined;
    case "audio":
      return part.data !== undefined;
    case "opaque":
      return part.provider === DIALECT;
    default:
      return part.type === "file";
  }
}

function encodeCall(call: ToolCallPart, context: PartContext): Wire {
  const { signature } = call;
  const { extensions } = context;
  const extra = withoutVendorFields(call.extra, `${PLACE}.tool_calls[]`, context);
  const google = signature === undefined || !extensions ? undefined : new Map([["google", { thought_signature: signature }]]);
  const inner = call.custom === true ? "custom" : "function";
  const said = { name: call.name, [inner === "custom" ? "input" : "arguments"]: call.arguments };
  return {
    id: call.id,
    ...withInner(inner, said, encodeCache(call.cache, context, `${PLACE}.tool_calls[].cache_control`), extra),
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
  const [blocks, details] = [reasoning.filter(isBlock), reasoning.filter((part) => !isBlock(part))];
  return {
    reasoning_content: text === "" ? undefined : text,
    reasoning_details: details.some(hasDetail) ? details.map(encodeDetail) : undefined,
    thinking_blocks: blocks.length === 0 ? undefined : blocks.map(encodeBlock),
    images: images.length === 0 ? undefined : images.map((image) => encodePart(image, context)),
  };
}

/** LiteLLM's, which keep Anthropic's types. */
function isBlock({ extra }: ReasoningPart): boolean {
  return extra?.["type"] === "thinking" || extra?.["type"] === "redacted_thinking";
}

function encodeBlock({ text, signature, redacted, extra }: ReasoningPart): Wire {
  return { ...(redacted === undefined ? { thinking: text } : { data: redacted }), signature, ...extra };
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
