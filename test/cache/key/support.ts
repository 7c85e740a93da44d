/** Requests for the key tests: one that uses every field there is, and ways to change one thing about any value. */

import { type Fingerprint, fingerprint, type KeyFacts } from "../../../plugins/cache/key/fingerprint";
import type { ChatRequest, JsonObject } from "../../../plugins/core/chat";
import { alias, target } from "../../support/exchange";

export const HMAC_KEY = Buffer.alloc(32, 7);

export function facts(it: Partial<KeyFacts> = {}): KeyFacts {
  const targets = [target("openai", "gpt-x"), target("anthropic", "claude-x", { maxOutputTokens: 4096 })];
  return { alias: alias("smart", targets), targets, headers: { "openai-organization": "o" }, versions: "v1", ...it };
}

const FACTS = facts();

export function print(request: ChatRequest, it: KeyFacts = FACTS): Fingerprint {
  return fingerprint(request, it);
}

export function keyOf(request: ChatRequest, it?: KeyFacts): string {
  return print(request, it).exact(HMAC_KEY, "p");
}

export function restOf(request: ChatRequest, it?: KeyFacts): string {
  return print(request, it).rest(HMAC_KEY, "p");
}

/** Every field of the neutral request, and every kind of part, tool and format. */
export const FULL: Required<ChatRequest> = {
  kind: "chat",
  model: "smart",
  messages: [
    { role: "system", parts: [{ type: "text", text: "Be brief.", cache: { type: "ephemeral", ttl: "1h" } }] },
    {
      role: "user",
      name: "ann",
      parts: [
        { type: "text", text: "Look:", extra: { prompt_cache_breakpoint: { mode: "explicit" }, vendor: 1 }, signature: "s" },
        { type: "image", source: { kind: "url", url: "https://a.test/i.png" }, detail: "low" },
        {
          type: "image",
          source: { kind: "base64", mediaType: "image/png", parameters: ";a=b", data: "aGk=" },
          extra: { image_url: { tile: 2 } },
        },
        { type: "file", source: { kind: "file-id", id: "file-1" }, filename: "a.pdf" },
        { type: "audio", format: "wav", data: "aGk=" },
        { type: "opaque", provider: "openai-chat", value: { type: "video_url", video_url: { url: "https://a.test/v" } } },
      ],
    },
    {
      role: "assistant",
      extra: { vendor: { deep: ["x", 1, null, true] } },
      parts: [
        { type: "reasoning", text: "hm", provider: "anthropic", signature: "sig", extra: { id: "r1" } },
        { type: "reasoning", text: "", provider: "anthropic", redacted: "blob" },
        { type: "text", text: "I see." },
        { type: "refusal", text: "No." },
        { type: "audio", id: "audio_1" },
        { type: "tool-call", id: "c1", name: "f", arguments: '{"a": 1}', signature: "g", extra: { x: 1 } },
        { type: "tool-call", id: "c2", name: "grep", arguments: "raw", custom: true },
      ],
    },
    {
      role: "tool",
      parts: [
        {
          type: "tool-result",
          callId: "c1",
          name: "f",
          isError: true,
          cache: { type: "ephemeral" },
          content: [
            { type: "text", text: "sunny", cache: { type: "ephemeral" } },
            { type: "image", source: { kind: "url", url: "https://a.test/r.png" } },
          ],
        },
      ],
    },
    { role: "user", parts: [{ type: "text", text: "And now?" }] },
  ],
  tools: [
    {
      kind: "function",
      name: "f",
      description: "d",
      parameters: { type: "object", properties: { cache: { type: "string" }, b: { enum: ["x", "y"] } }, required: ["b"] },
      strict: true,
      cache: { type: "ephemeral" },
      extra: { function: { vendor: 1 }, defer_loading: true },
    },
    {
      kind: "custom",
      name: "grep",
      value: { name: "grep", format: { type: "text" } },
      cache: { type: "ephemeral", extra: { scope: "x" } },
      extra: { vendor: 1 },
    },
    { kind: "server", value: { type: "web_search", max_uses: 3 } },
  ],
  toolChoice: {
    mode: "allowed",
    required: true,
    names: ["f", "grep"],
    references: [
      { type: "function", function: { name: "f" } },
      { type: "custom", custom: { name: "grep" }, vendor: 1 },
    ],
    extra: { allowed_tools: { vendor: 1 } },
  },
  parallelToolCalls: false,
  responseFormat: {
    kind: "json-schema",
    name: "n",
    schema: { type: "object" },
    strict: true,
    description: "d",
    extra: { json_schema: { vendor: 1 } },
  },
  reasoning: { effort: "low", budgetTokens: 100, include: false, wire: { thinking: { budget_tokens: 100, vendor: 1 } } },
  maxTokens: 64,
  temperature: 0.5,
  topP: 0.9,
  topK: 40,
  frequencyPenalty: 0.1,
  presencePenalty: 0.2,
  seed: 7,
  n: 2,
  stop: ["END", "STOP"],
  logprobs: true,
  topLogprobs: 3,
  logitBias: { "50256": -100 },
  user: "u",
  stream: true,
  includeUsage: true,
  extra: {
    metadata: { team: "a" },
    safety_identifier: "s",
    prompt_cache_key: "k",
    prompt_cache_retention: "24h",
    prompt_cache_options: { mode: "explicit" },
    cache_control: { type: "ephemeral" },
    store: false,
    service_tier: "flex",
    verbosity: "low",
    prediction: { type: "content", content: "x" },
    modalities: ["text"],
    web_search_options: {},
    stream_options: { include_obfuscation: false, vendor: 1 },
    vendor: { nested: [1, "two", null, { three: 3 }] },
  },
};

export type Path = readonly (string | number)[];

export interface Change<T> {
  readonly path: Path;
  readonly what: string;
  readonly value: T;
}

/** The request with one thing changed, once for each thing that can be: each leaf, each member and item gone, one more everywhere. */
export function changesOf(request: ChatRequest): Change<ChatRequest>[] {
  return [...walk(request, [])]
    .filter(({ path, what }) => what !== "gone" || !isNeeded(path))
    .map(({ path, what, value }) => ({ path, what, value: value as ChatRequest }));
}

/** No request is without these. */
function isNeeded(path: Path): boolean {
  const name = path.at(-1);
  return name === "messages" || name === "parts" || name === "content" || (name === "extra" && path.length === 1);
}

/** The same for any JSON. */
export function jsonChangesOf(value: unknown): Change<unknown>[] {
  return [...walk(value, [])];
}

function* walk(value: unknown, path: Path): Generator<Change<unknown>> {
  if (Array.isArray(value)) yield* changedItems(value, path);
  else if (typeof value === "object" && value !== null) yield* changedMembers(value as JsonObject, path);
  else yield { path, what: "changed", value: other(value) };
}

function* changedItems(items: readonly unknown[], path: Path): Generator<Change<unknown>> {
  for (const [at, item] of items.entries()) {
    for (const change of walk(item, [...path, at])) yield { ...change, value: items.with(at, change.value) };
    yield { path: [...path, at], what: "gone", value: items.toSpliced(at, 1) };
    if (at > 0) yield { path: [...path, at], what: "moved", value: [item, ...items.toSpliced(at, 1)] };
  }
}

function* changedMembers(object: JsonObject, path: Path): Generator<Change<unknown>> {
  for (const [name, member] of Object.entries(object)) {
    const { [name]: _, ...others } = object;
    for (const change of walk(member, [...path, name])) yield { ...change, value: { ...object, [name]: change.value } };
    yield { path: [...path, name], what: "gone", value: others };
  }
  yield { path: [...path, "zz_unknown"], what: "added", value: { ...object, zz_unknown: 1 } };
}

function other(leaf: unknown): unknown {
  if (typeof leaf === "string") return `${leaf}x`;
  if (typeof leaf === "number") return leaf + 1;
  return typeof leaf === "boolean" ? !leaf : "was null";
}

/** The same value with the members of all objects in another order. */
export function shuffled(value: unknown, random: () => number, ordered = false): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, random));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, member]) => [name, shuffled(member, random, name === "properties")] as const);
  return Object.fromEntries(ordered ? entries : entries.toSorted(() => random() - 0.5));
}
