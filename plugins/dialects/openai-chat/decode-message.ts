/** One message of a request → neutral message. */
import type { JsonObject, Message, OpaquePart, Part, ResultContent, Role, ToolResultPart } from "../../core/chat";
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
import { decodeCache, decodeContent, decodeImage, FOREIGN_PART } from "./decode-part";
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
    ...marked(message, path, parts, unknownMembers(message, PLAIN, path)),
  });
}

const PLAIN = new Set(["role", "content", "name", "cache_control"]);

function isRole(role: string): role is Role {
  return ROLES.has(role);
}

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
  const reasoning = decodeReasoning(message, path);
  const parts: Part[] = [
    ...reasoning.parts,
    ...opaque,
    ...signText(decodeContent(message, path), signature),
    ...(refusal === undefined ? [] : [{ type: "refusal" as const, text: refusal }]),
    ...decodeAudio(message, path),
    ...objectList(message, "images", path).map(([image, at]) => decodeImage(image, at)),
    ...decodeToolCalls(message, path),
    ...decodeFunctionCall(message, path, legacy),
  ];
  const extra = {
    ...unknownMembers(message, ASSISTANT, path),
    ...reasoning.rest,
    ...(isEmptyList(message["annotations"]) ? {} : { annotations: message["annotations"] }),
    ...(extraContent === undefined ? {} : { extra_content: extraContent }),
  };
  const name = optionalString(message, "name", path);
  return compact({ role: "assistant" as const, name, ...marked(message, path, parts, extra) });
}

const AUDIO = new Set(["id"]);

/** As SDKs echo it, all that the answer said of it stands beside the id. */
function decodeAudio(message: JsonObject, path: string): Part[] {
  const audio = optionalObject(message, "audio", path);
  if (audio === undefined) return [];
  const at = below(path, "audio");
  return [compact({ type: "audio" as const, id: requiredString(audio, "id", at), extra: unknownMembers(audio, AUDIO, at) })];
}

function isEmptyList(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function decodeFunctionCall(message: JsonObject, path: string, legacy: LegacyCalls): Part[] {
  const call = optionalObject(message, "function_call", path);
  if (call === undefined) return [];
  const at = below(path, "function_call");
  const name = requiredString(call, "name", at);
  const id = `call_legacy_${path.replace(/\D/g, "")}`;
  legacy.set(name, id);
  const unknown = unknownMembers(call, FUNCTION_CALL, at);
  const extra = unknown === undefined ? undefined : { function: unknown };
  return [compact({ type: "tool-call" as const, id, name, arguments: requiredString(call, "arguments", at), extra })];
}

const FUNCTION_CALL = new Set(["name", "arguments"]);
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

/** A mark on the message stands for one on its last part, where that can have one and has none. */
function marked(
  message: JsonObject,
  path: string,
  parts: readonly Part[],
  extra: JsonObject | undefined,
): { readonly parts: readonly Part[]; readonly extra: JsonObject | undefined } {
  const cache = decodeCache(message, path);
  const last = parts.at(-1);
  const some = extra === undefined || Object.keys(extra).length === 0 ? undefined : extra;
  if (cache === undefined) return { parts, extra: some };
  if (last === undefined || last.cache !== undefined || !MARKABLE.has(last.type))
    return { parts, extra: { ...extra, cache_control: message["cache_control"] } };
  return { parts: [...parts.slice(0, -1), { ...last, cache }], extra: some };
}

/** Those that have a place of their own in a request. */
const MARKABLE: ReadonlySet<Part["type"]> = new Set<Part["type"]>(["text", "image", "file", "tool-call"]);

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
    const blocks: unknown = isObject(value) ? value["blocks"] : undefined;
    if (!isObject(value) || provider === FOREIGN_PART || !isListOfObjects(blocks)) {
      rest.push([provider, value]);
      continue;
    }
    for (const block of blocks) opaque.push({ type: "opaque", provider, value: block });
    const others = unknownMembers(value, new Set(["blocks"]));
    if (others !== undefined) rest.push([provider, others]);
  }
  return rest.length === 0 ? { opaque } : { opaque, rest: Object.fromEntries(rest) };
}

function isListOfObjects(value: unknown): value is readonly JsonObject[] {
  return Array.isArray(value) && value.length > 0 && value.every(isObject);
}
