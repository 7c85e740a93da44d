/**
 * Whether stored JSON is an event: what comes out of a store is given to clients, and others may write there. Members nobody knows are
 * let pass, for no encoder reads them.
 */
import type { Annotation, BlockStart, ChatEvent, TokenLogprob, Usage } from "../../core/events";
import { isObject } from "../../core/read-json";

type Check = (value: unknown) => boolean;
/** Names every member there is, so that a new one cannot be forgotten here. */
type Shape<T> = { readonly [K in keyof Required<T>]: Check };
type ByTag<U, Tag extends keyof U> = {
  readonly [T in U[Tag] & string]: Shape<Omit<Extract<U, { readonly [K in Tag]: T }>, Tag>>;
};

/** Deeper than any provider's own objects; encoders recurse into them. */
const MOST_DEPTH = 64;

const text: Check = (value) => typeof value === "string";
const flag: Check = (value) => typeof value === "boolean";
const figure: Check = (value) => typeof value === "number" && Number.isFinite(value);
const count: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const data: Check = (value) => isObject(value) && isShallow(value, MOST_DEPTH);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === "string" && words.includes(value);
const fits =
  (shape: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(shape).every(([name, check]) => check(value[name]));
/** A union by the member `tag`. */
const tagged =
  (tag: string, shapes: Readonly<Record<string, Readonly<Record<string, Check>>>>): Check =>
  (value) => {
    const name = isObject(value) ? value[tag] : undefined;
    const shape = typeof name === "string" && Object.hasOwn(shapes, name) ? shapes[name] : undefined;
    return shape !== undefined && fits(shape)(value);
  };

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((item) => isShallow(item, depth - 1));
}

const STARTS: ByTag<BlockStart, "kind"> = {
  text: {},
  refusal: {},
  reasoning: { provider: text, redacted: optional(text), extra: optional(data) },
  "tool-call": { id: text, name: text, custom: optional(flag), signature: optional(text) },
  audio: { id: optional(text), expiresAt: optional(figure) },
  image: { mediaType: text, data: optional(text), url: optional(text) },
  opaque: { provider: text, value: data },
};

const ANNOTATION: Shape<Annotation> = {
  type: oneOf("url_citation", "file_citation", "document_citation"),
  url: optional(text),
  title: optional(text),
  fileId: optional(text),
  startIndex: optional(figure),
  endIndex: optional(figure),
  citedText: optional(text),
};

const bytes: Check = (value) => value === null || listOf(count)(value);
const TOKEN = { token: text, logprob: figure, bytes: optional(bytes) };
/** What stands beside a token has no such list of its own. */
const LOGPROB: Shape<TokenLogprob> = { ...TOKEN, top: optional(listOf(fits(TOKEN))) };

const usageOf = (number: Check): Shape<Usage> => ({
  input: number,
  output: number,
  cacheRead: optional(number),
  cacheWrite: optional(number),
  cacheWriteHour: optional(number),
  reasoning: optional(number),
  audioInput: optional(number),
  audioOutput: optional(number),
  imageInput: optional(number),
  imageOutput: optional(number),
  webSearches: optional(number),
  serviceTier: optional(text),
  estimated: optional(flag),
});

const SOUND_USAGE = fits(usageOf(count));

/** As accounting may use it. */
export function isSoundUsage(value: unknown): value is Usage {
  return SOUND_USAGE(value);
}

const place = { choice: count, block: count };

/** An error is none: no entry holds one. */
const EVENTS: ByTag<Exclude<ChatEvent, { type: "error" }>, "type"> = {
  start: { id: text, model: text, created: optional(figure), extra: optional(data) },
  "block-start": { ...place, start: tagged("kind", STARTS) },
  delta: { ...place, text, data: optional(text) },
  signature: { ...place, signature: text },
  annotation: { ...place, annotation: fits(ANNOTATION) },
  "block-end": place,
  logprobs: { choice: count, of: oneOf("content", "refusal"), tokens: listOf(fits(LOGPROB)) },
  finish: {
    choice: count,
    reason: oneOf("stop", "length", "tool-calls", "content-filter", "error", "other"),
    raw: optional(text),
  },
  // The provider's own word, which need not be a count.
  usage: { usage: fits(usageOf(figure)) },
};

const EVENT = tagged("type", EVENTS);

export function isEvent(value: unknown): value is ChatEvent {
  return EVENT(value);
}
