/**
 * Anthropic's `input_tokens` leaves out what the cache read or wrote; ours includes both. A stream says everything in
 * `message_start` and corrects some of it in `message_delta` (cumulative), so fields that a later report leaves out keep their value.
 */
import type { JsonObject } from "../../core/chat";
import { compact } from "../../core/compact";
import type { Usage } from "../../core/events";
import { numberAt, objectAt, stringAt } from "../../core/read-json";
import { tierWord } from "../shared/tier-word";

const FIELDS = ["input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"] as const;

export class UsageReader {
  readonly #counts = new Map<string, number>();
  #serviceTier: string | undefined;

  /** @returns the totals so far; `undefined` while the provider has not said anything. */
  read(usage: JsonObject | undefined): Usage | undefined {
    if (usage === undefined) return undefined;
    for (const field of FIELDS) this.#keep(field, numberAt(usage, field));
    this.#keep("hour", numberAt(objectAt(usage, "cache_creation") ?? {}, "ephemeral_1h_input_tokens"));
    this.#keep("thinking", numberAt(objectAt(usage, "output_tokens_details") ?? {}, "thinking_tokens"));
    this.#keep("searches", numberAt(objectAt(usage, "server_tool_use") ?? {}, "web_search_requests"));
    // Fast mode has a price of its own, and the tier beside it is `standard`.
    if (stringAt(usage, "speed") === "fast") this.#serviceTier = "fast";
    else if (this.#serviceTier !== "fast") this.#serviceTier = tierWord(usage, "service_tier") ?? this.#serviceTier;
    return this.#counts.has("input_tokens") || this.#counts.has("output_tokens") ? this.#total() : undefined;
  }

  #keep(field: string, count: number | undefined): void {
    if (count !== undefined) this.#counts.set(field, count);
  }

  #total(): Usage {
    const cacheRead = this.#counts.get("cache_read_input_tokens");
    const cacheWrite = this.#counts.get("cache_creation_input_tokens");
    return compact({
      input: (this.#counts.get("input_tokens") ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0),
      output: this.#counts.get("output_tokens") ?? 0,
      cacheRead,
      cacheWrite,
      cacheWriteHour: this.#counts.get("hour"),
      reasoning: this.#counts.get("thinking"),
      webSearches: this.#counts.get("searches"),
      serviceTier: this.#serviceTier,
    });
  }
}
