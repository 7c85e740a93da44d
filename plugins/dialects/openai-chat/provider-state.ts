/**
 * References to data kept at the provider. They are looked for in the parsed body, not its bytes (an escaped spelling of `file_id`
 * must not slip through), in any case (some servers do not mind it), and at every depth: what nobody here knows is passed on.
 */
import type { JsonSource } from "../../core/json-source";
import { arrayAt, isObject, stringAt } from "../../core/read-json";
import { foldCase } from "./check";

/** Fields that ask for or refer to stored data by themselves. */
export const STATE_FIELDS = ["store", "previous_response_id", "conversation"] as const;

/** Members that hold the id of stored data: files, vector stores, the workspace of a code tool, Gemini's context cache. */
const IDS = new Set(["file_id", "file_ids", "vector_store_ids", "container_id", "cached_content", "cachedcontent"]);

/** Members that hold an address, which may be one of such a store. */
const ADDRESSES = new Set(["url", "image_url", "file_data", "file_uri", "fileuri"]);

/** Gemini's Files API: the key of the request opens what lies there. */
const FILE_HOST = "generativelanguage.googleapis.com";

export function providerState({ value }: JsonSource): string | undefined {
  for (const field of STATE_FIELDS) {
    const stated = value[field];
    if (stated !== undefined && stated !== null && stated !== false) return field;
  }
  for (const [at, message] of arrayAt(value, "messages").entries()) {
    const found = findReference(message, "annotations");
    if (found !== undefined) return `messages[${at}]${found}`;
  }
  for (const [at, tool] of arrayAt(value, "tools").entries()) {
    const found = isServerTool(tool) ? findReference(tool) : undefined;
    if (found !== undefined) return `tools[${at}]${found}`;
  }
  const found = findReference(value["extra_body"]);
  return found === undefined ? undefined : `extra_body${found}`;
}

/** A client's own function may well have a parameter of such a name. */
function isServerTool(tool: unknown): boolean {
  const type = isObject(tool) ? (stringAt(tool, "type") ?? "function") : "function";
  return type !== "function" && type !== "custom";
}

/**
 * Where below `value` the first reference stands: `.content[0].file.file_id`.
 * @param inert a member of `value` itself to pass over: marks on the model's own text, which clients echo and no provider looks up
 */
function findReference(value: unknown, inert?: string): string | undefined {
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) {
      const found = findReference(value[at]);
      if (found !== undefined) return `[${at}]${found}`;
    }
    return undefined;
  }
  if (!isObject(value)) return undefined;
  for (const [key, held] of Object.entries(value)) {
    if (held === null || key === inert) continue;
    if (refers(foldCase(key), held)) return `.${key}`;
    const found = typeof held === "object" ? findReference(held) : undefined;
    if (found !== undefined) return `.${key}${found}`;
  }
  return undefined;
}

function refers(name: string, held: unknown): boolean {
  return IDS.has(name) || (typeof held === "string" && ADDRESSES.has(name) && isStored(held));
}

/** `gs://…` and the like are opened with the provider's rights; the web and data URLs are nobody's. */
function isStored(address: string): boolean {
  // Not the whole text: it may be megabytes of base64.
  const scheme = /^\s*([a-z][a-z0-9+.-]*):/i.exec(address.slice(0, 64))?.[1]?.toLowerCase();
  if (scheme === undefined || scheme === "data") return false;
  if (scheme !== "http" && scheme !== "https") return true;
  return URL.canParse(address) && new URL(address).hostname.replace(/\.$/, "") === FILE_HOST;
}
