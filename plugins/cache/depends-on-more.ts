import type { ChatRequest } from "../core/chat";

/** State at the provider: what it refers to changes, and what it leaves there somebody wants. */
const STATE = ["previous_response_id", "conversation", "container"];

/** What has a provider look things up before it answers: OpenAI, OpenRouter, xAI, Qwen, Azure, Anthropic. */
const LOOKED_UP = ["web_search_options", "plugins", "search_parameters", "enable_search", "data_sources", "mcp_servers"];

/** Its answer depends on more than the request says: on the provider's memory, or on the web of today. */
export function dependsOnMore({ tools, extra }: ChatRequest): boolean {
  if (extra["store"] === true || [...STATE, ...LOOKED_UP].some((name) => extra[name] != null)) return true;
  return tools?.some(({ kind }) => kind === "server") === true;
}
