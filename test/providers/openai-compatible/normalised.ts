/**
 * All that a request for an OpenAI-compatible server may differ in from what the client wrote, once it has been decoded and encoded anew:
 * other spellings of the same thing, each with its reason.
 */
type Json = { [key: string]: unknown };

/** Where: the path, with `#` for indexes. How: the object there, changed in place. */
const RULES: readonly (readonly [where: RegExp, why: string, change: (object: Json) => void])[] = [
  [
    /^$/,
    "servers disagree on the name; the newer one is refused by some",
    (it) => renamed(it, "max_completion_tokens", "max_tokens"),
  ],
  [/^$/, "one word is a list of one", (it) => became(it, "stop", typeof it["stop"] === "string", [it["stop"]])],
  [/^$/, "whole answers are what one gets unasked", (it) => without(it, "stream", false)],
  [/^$/, "Mistral's word", (it) => became(it, "tool_choice", it["tool_choice"] === "any", "required")],
  [/^$/, "the deprecated form", functionsAsTools],
  [/^stream_options$/, "so is no usage", (it) => without(it, "include_usage", false)],
  [/^tools\.#$/, "left out by Mistral's SDK", (it) => became(it, "type", isBare(it, "function"), "function")],
  [/^messages\.#\.tool_calls\.#$/, "its place in the stream it came by", (it) => void delete it["index"]],
  [/^messages\.#\.tool_calls\.#$/, "what all calls were once", (it) => became(it, "type", isBare(it, "function"), "function")],
  [/^messages\.#$/, "a mark on a message is one on its last part", markOnPart],
  [
    /content\.#$/,
    "LangChain's spelling",
    (it) => became(it, "image_url", typeof it["image_url"] === "string", { url: it["image_url"] }),
  ],
  [/^messages\.#$/, "one plain text is a string", plainContent],
  [/^messages\.#$/, "what has calls says null, what says nothing says an empty text", emptyContent],
  [/^messages\.#$/, "repeats another one", oneReasoning],
];

/** Members that are `null`, and lists of these names without items, are like none. */
const LISTS = new Set(["tool_calls", "images", "annotations", "reasoning_details", "thinking_blocks"]);

export function normalised(request: Json): unknown {
  return walk(JSON.parse(JSON.stringify(request)), "", "");
}

/** What is the client's own: schemas, metadata and the like. */
const OPAQUE = new Set(["parameters", "schema", "metadata", "extra_content", "extra_body", "logit_bias", "annotations"]);

function walk(value: unknown, path: string, name: string): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => walk(item, `${path}.#`, ""));
  if (typeof value !== "object" || value === null || OPAQUE.has(name)) return value;
  const object: Json = {};
  for (const [key, member] of Object.entries(value)) {
    if (member === null || (LISTS.has(key) && Array.isArray(member) && member.length === 0)) continue;
    object[key] = walk(member, path === "" ? key : `${path}.${key}`, key);
  }
  for (const [where, , change] of RULES) if (where.test(path)) change(object);
  return object;
}

function renamed(object: Json, from: string, to: string): void {
  if (object[from] === undefined) return;
  object[to] = object[from];
  delete object[from];
}

function became(object: Json, name: string, when: boolean, value: unknown): void {
  if (when) object[name] = value;
}

function isBare(object: Json, name: string): boolean {
  return object[name] !== undefined && object["type"] === undefined;
}

function markOnPart(message: Json): void {
  const { content, cache_control } = message;
  if (cache_control === undefined || typeof content !== "string") return;
  message["content"] = [{ type: "text", text: content, cache_control }];
  delete message["cache_control"];
}

function without(object: Json, name: string, value: unknown): void {
  if (object[name] === value) delete object[name];
}

function functionsAsTools(request: Json): void {
  const functions = request["functions"];
  if (Array.isArray(functions)) request["tools"] = functions.map((it: unknown) => ({ type: "function", function: it }));
  const call = request["function_call"];
  if (call !== undefined) request["tool_choice"] = typeof call === "string" ? call : { type: "function", function: call };
  delete request["functions"];
  delete request["function_call"];
}

function plainContent(message: Json): void {
  const content = message["content"];
  if (!Array.isArray(content) || content.length !== 1) return;
  const part = content[0] as Json;
  if (Object.keys(part).sort().join() === "text,type") message["content"] = part["text"];
}

function emptyContent(message: Json): void {
  const content = message["content"];
  if (message["role"] !== "assistant" || (content !== undefined && !(Array.isArray(content) && content.length === 0))) return;
  const says = ["tool_calls", "function_call", "refusal", "audio"].some((name) => message[name] !== undefined);
  message["content"] = says ? null : "";
}

function oneReasoning(message: Json): void {
  const { reasoning_details: details, reasoning } = message;
  const said = Array.isArray(details) ? (details as Json[]).map((it) => it["text"] ?? it["summary"] ?? "").join("") : "";
  if (said !== "") message["reasoning_content"] ??= said;
  if (typeof reasoning === "string" && reasoning !== "") message["reasoning_content"] ??= reasoning;
  if (reasoning === "" || reasoning === message["reasoning_content"]) delete message["reasoning"];
}
