/**
 * Fields that no dialect knows, but this provider may. Few pass: what reaches provider state (`container`), other people's servers
 * (`mcp_servers`), residency (`inference_geo`) or the price (`speed`) is for the operator to decide, not for whoever shares the key;
 * beta features (`context_management`) need headers that nobody sends.
 */
import type { JsonObject } from "../../core/chat";
import { isObject, stringAt } from "../../core/read-json";

const SERVICE_TIERS: Readonly<Record<string, string>> = {
  auto: "auto",
  default: "standard_only",
  standard_only: "standard_only",
};
/** Refused beyond this. */
const MAX_USER_ID = 256;

export function encodeExtra(extra: JsonObject, user: string | undefined, dropped: Set<string>): JsonObject {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(extra)) {
    if (value === null) continue;
    if (key === "cache_control" && isObject(value) && value["type"] === "ephemeral") out[key] = value;
    else if (key === "service_tier" && typeof value === "string" && Object.hasOwn(SERVICE_TIERS, value))
      out[key] = SERVICE_TIERS[value];
    else if (!isIdle(key, value) && !namesUser(key, value) && !isSearch(key, value)) dropped.add(key);
  }
  const userId = user ?? stringAt(extra, "safety_identifier") ?? metadataUser(extra);
  if (userId !== undefined && userId.length <= MAX_USER_ID) out["metadata"] = { user_id: userId };
  else if (userId !== undefined) dropped.add("user");
  return out;
}

/** What SDKs send although it says nothing. */
function isIdle(key: string, value: unknown): boolean {
  if (key === "store") return value === false;
  return key === "modalities" && Array.isArray(value) && value.length === 1 && value[0] === "text";
}

function namesUser(key: string, value: unknown): boolean {
  if (key === "safety_identifier") return typeof value === "string";
  return key === "metadata" && isObject(value) && Object.keys(value).every((it) => it === "user_id");
}

/** Becomes a tool. */
function isSearch(key: string, value: unknown): boolean {
  return key === "web_search_options" && isObject(value);
}

function metadataUser(extra: JsonObject): string | undefined {
  return isObject(extra["metadata"]) ? stringAt(extra["metadata"], "user_id") : undefined;
}
