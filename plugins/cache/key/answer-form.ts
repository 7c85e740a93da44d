/**
 * What can change an answer, of all that is said of a request. Everything does unless it is named here: a field that somebody adds to the
 * neutral request, or that a provider invents, is in the key by itself.
 */
import type { ChatRequest, JsonObject, Message, Part, Tool } from "../../core/chat";
import { isObject } from "../../core/read-json";
import type { ModelAlias, Target } from "../../core/target";

/**
 * Who asks, where the provider keeps its copy, and how it caches prompts. Not `service_tier` (it changes the price), `moderation` (it
 * stops answers) or `conversation` (it is part of the question).
 */
const IDLE = new Set([
  ...["metadata", "safety_identifier", "store"],
  ...["prompt_cache_key", "prompt_cache_retention", "prompt_cache_options", "cache_control"],
]);

/** In the client's words: what only concerns who asks, not what is answered. */
export const IDLE_PARAMETERS: ReadonlySet<string> = new Set([...IDLE, "user"]);

/** Padding of stream events against eavesdroppers, and a chunk at their end. */
const IDLE_IN_STREAM_OPTIONS = new Set(["include_obfuscation", "include_usage"]);

const IDLE_IN_PART = new Set(["prompt_cache_breakpoint"]);

/** Without its messages. The alias and its targets stand for `model`. */
export function requestForm(request: ChatRequest): JsonObject {
  const { model: _1, messages: _2, stream: _3, includeUsage: _4, user: _5, tools, extra, ...rest } = request;
  return { ...rest, tools: tools?.map(toolForm), extra: extraForm(extra) };
}

function extraForm(extra: JsonObject): JsonObject | undefined {
  const { stream_options: options, ...others } = extra;
  const kept = isObject(options) ? without(options, IDLE_IN_STREAM_OPTIONS) : options;
  return without(kept === undefined ? others : { ...others, stream_options: kept }, IDLE);
}

export function messageForm({ parts, ...rest }: Message): JsonObject {
  return { ...rest, parts: parts.map(partForm) };
}

function partForm({ cache: _, extra, ...rest }: Part): JsonObject {
  const form = extra === undefined ? rest : { ...rest, extra: without(extra, IDLE_IN_PART) };
  return rest.type === "tool-result" ? { ...form, content: rest.content.map(partForm) } : form;
}

function toolForm(tool: Tool): JsonObject {
  if (tool.kind === "server") return tool;
  const { cache: _, ...rest } = tool;
  return rest;
}

export function aliasForm({ name, strategy }: ModelAlias): JsonObject {
  return { name, strategy };
}

/** All that a codec is told of a target goes in; how long we wait for it, and what routing thinks of it, does not. */
export function targetForm(target: Target): JsonObject {
  const { provider, contextWindow: _1, region: _2, tags: _3, weight: _4, ...rest } = target;
  const { timeoutMs: _5, idleTimeoutMs: _6, totalTimeoutMs: _7, ...told } = rest;
  const { codec, scheme, authority, basePath, headers } = provider;
  return { ...told, kind: codec.kind, scheme, authority, basePath, headers };
}

/** `undefined` where nothing is left, so that an object of idle members is like none. */
function without(value: JsonObject, names: ReadonlySet<string>): JsonObject | undefined {
  const kept = Object.entries(value).filter(([name]) => !names.has(name));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
