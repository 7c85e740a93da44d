import type { ChatRequest } from "../core/chat";

/** State at the provider: what it refers to changes, and what it leaves there somebody wants. */
const STATE = ["previous_response_id", "conversation"];

/** Its answer depends on more than the request says: on the provider's memory, or on the web of today. */
export function dependsOnMore({ tools, extra }: ChatRequest): boolean {
  if (extra["store"] === true || STATE.some((name) => extra[name] != null)) return true;
  return extra["web_search_options"] !== undefined || tools?.some(({ kind }) => kind === "server") === true;
}
