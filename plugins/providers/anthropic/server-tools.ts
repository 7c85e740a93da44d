/** Tools that Anthropic runs itself. */
import type { ChatRequest, JsonObject, Tool } from "../../core/chat";
import { compact } from "../../core/compact";
import { isObject, objectAt, stringAt } from "../../core/read-json";

/** Anthropic dates the types of its own tools (`web_search_20250305`, `bash_20250124`); other providers' would be refused. */
const OURS = /_\d{8}$/;

export function isOurTool(tool: Tool, dropped: Set<string>): boolean {
  if (tool.kind !== "server") return true;
  const type = stringAt(tool.value, "type") ?? "";
  if (OURS.test(type)) return true;
  dropped.add(`tools[].${type}`);
  return false;
}

/** OpenAI's `web_search_options` asks for what Anthropic has as a tool; this version of it runs on every model. */
export function webSearchTool(request: ChatRequest, dropped: Set<string>): Tool | undefined {
  const options = request.extra["web_search_options"];
  if (!isObject(options)) return undefined;
  for (const key of Object.keys(options)) if (key !== "user_location") dropped.add(`web_search_options.${key}`);
  const place = objectAt(objectAt(options, "user_location") ?? {}, "approximate");
  const value = compact({
    type: "web_search_20250305",
    name: "web_search",
    user_location: place === undefined ? undefined : userLocation(place),
  });
  return { kind: "server", value };
}

function userLocation(place: JsonObject): JsonObject {
  const [city, region, country, timezone] = ["city", "region", "country", "timezone"].map((name) => stringAt(place, name));
  return compact({ type: "approximate", city, region, country, timezone });
}
