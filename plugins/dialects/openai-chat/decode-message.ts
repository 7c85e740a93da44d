/** One message of a request → neutral message. */
import type { CacheControl, JsonObject, Message, OpaquePart, Part, ResultContent, Role, ToolResultPart } from "../../core/chat";
import { compact } from "../../core/compact";
import { isObject } from "../../core/read-json";
import {
  below,
  emptyArray,
  field,
  missing,
  objectList,
  optionalObject,
  optionalString,
  requiredString,
  unknownMembers,
  wrongValue,
} from "./check";
import { decodeCache, decodeContent, decodeImage } from "./decode-part";
import { decodeReasoning, REASONING_FIELDS } from "./decode-reasoning";
import { decodeToolCalls, splitSignature } from "./decode-tool-call";

/** Ids for the deprecated `function_call` / `function` role, which had none: the last call of that name. */
export type LegacyCalls = Map<string, string>;

const ROLES: ReadonlySet<string> = new Set<Role>(["system", "developer", "user", "assistant", "tool"]);

export function decodeMessage(message: JsonObject, path: string, legacy: LegacyCalls): Message {
  const role = requiredString(message, "role", path);
  if (role === "assistant") return decodeAssistant(message, path, legacy);
  if (role === "tool" || role === "function") return decodeResult(message, path, role, legacy);
  if (!isRole(role))
    throw wrongValue(below(path, "role"), role, ["system", "developer", "user", "assistant", "tool", "function"]);
  const parts = decodeContent(message, path);
  if (parts.length === 0) {
    const content = below(path, "content");
    throw field(message, "content") === undefined ? missing(content) : emptyArray(content);
  }
  return compact({
    role,
    name: optionalString(message, "name", path),
    parts: withCache(parts, decodeCache(message, path)),
    extra: unknownMembers(message, PLAIN, path),
  });
}

const PLAIN = new Set(["role", "content", "name", "cache_control"]);

function isRole(role: string): role is Role {
  return ROLES.has(role);
}

/** `annotations` are the provider's marks on its own text: clients echo them, no model reads them. */
const ASSISTANT = new Set([
  ...PLAIN,
  ...REASONING_FIELDS,
  "refusal",
  "audio",
  "tool_calls",
  "function_call",
  "images",
  "annotations",
  "extra_content",
]);

function decodeAssistant(message: JsonObject, path: string, legacy: LegacyCalls): Message {
  const { signature, rest } = splitSignature(optionalObject(message, "extra_content", path));
  const { opaque, rest: extraContent } = splitOpaque(rest);
  const refusal = optionalString(message, "refusal", path);
  const audio = optionalObject(message, "audio", path);
  const parts: Part[] = [
    ...decodeReasoning(message, path),
    ...opaque,
    ...signText(decodeContent(message, path), signature),
    ...(refusal === undefined ? [] : [{ type: "refusal" as const, text: refusal }]),
    ...(audio === undefined ? [] : [{ type: "audio" as const, id: requiredString(audio, "id", below(path, "audio")) }]),
    ...objectList(message, "images", path).map(([image, at]) => decodeImage(image, at)),
    ...decodeToolCalls(message, path),
    ...decodeFunctionCall(message, path, legacy),
  ];
  const unknown = unknownMembers(message, ASSISTANT, path);
  return compact({
    role: "assistant" as const,
    name: optionalString(message, "name", path),
    parts: withCache(parts, decodeCache(message, path)),
    extra: extraContent === undefined ? unknown : { ...unknown, extra_content: extraContent },
  });
}

function decodeFunctionCall(message: JsonObject, path: string, legacy: LegacyCalls): Part[] {
  const call = optionalObject(message, "function_call", path);
  if (call === undefined) return [];
  const at = below(path, "function_call");
  const name = requiredString(call, "name", at);
  const id = `call_legacy_${path.replace(/\D/g, "")}`;
  legacy.set(name, id);
  return [{ type: "tool-call", id, name, arguments: requiredString(call, "arguments", at) }];
}

const RESULT = new Set([...PLAIN, "tool_call_id"]);

function decodeResult(message: JsonObject, path: string, role: "tool" | "function", legacy: LegacyCalls): Message {
  const name = role === "tool" ? optionalString(message, "name", path) : requiredString(message, "name", path);
  const callId =
    role === "tool" ? requiredString(message, "tool_call_id", path) : (legacy.get(name ?? "") ?? `call_legacy_${name ?? ""}`);
  if (field(message, "content") === undefined && role === "tool") throw missing(below(path, "content"));
  const content = decodeContent(message, path).map((part, at) => resultContent(part, `${below(path, "content")}[${at}]`));
  const result: ToolResultPart = compact({
    type: "tool-result" as const,
    callId,
    name,
    content,
    cache: decodeCache(message, path),
  });
  return compact({ role: "tool" as const, parts: [result], extra: unknownMembers(message, RESULT, path) });
}

function resultContent(part: Part, path: string): ResultContent {
  if (part.type === "text" || part.type === "image" || part.type === "file") return part;
  throw wrongValue(below(path, "type"), part.type === "audio" ? "input_audio" : part.type, ["text", "image_url", "file"]);
}

/** A mark on the message stands for one on its last part. */
function withCache(parts: Part[], cache: CacheControl | undefined): Part[] {
  const last = parts.at(-1);
  return cache === undefined || last === undefined || last.cache !== undefined
    ? parts
    : [...parts.slice(0, -1), { ...last, cache }];
}

/** A Gemini signature on the message belongs to its last text (it may stand on an empty one). */
function signText(parts: Part[], signature: string | undefined): Part[] {
  if (signature === undefined) return parts;
  const last = parts.at(-1);
  if (last?.type !== "text") return [...parts, { type: "text", text: "", signature }];
  return [...parts.slice(0, -1), { ...last, signature }];
}

/** `extra_content.<provider>.blocks`: blocks that only that provider understands, as this dialect sent them. */
function splitOpaque(content: JsonObject | undefined): { opaque: OpaquePart[]; rest?: JsonObject } {
  const opaque: OpaquePart[] = [];
  const rest: [string, unknown][] = [];
  for (const [provider, value] of Object.entries(content ?? {})) {
    const blocks = isObject(value) ? value["blocks"] : undefined;
    if (!isObject(value) || !Array.isArray(blocks)) {
      rest.push([provider, value]);
      continue;
    }
    for (const block of blocks as unknown[]) if (isObject(block)) opaque.push({ type: "opaque", provider, value: block });
    const others = unknownMembers(value, new Set(["blocks"]));
    if (others !== undefined) rest.push([provider, others]);
  }
  return rest.length === 0 ? { opaque } : { opaque, rest: Object.fromEntries(rest) };
}
