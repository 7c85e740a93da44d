/** OpenAI-like `usage` → neutral usage, with the names other providers use for the same figures. */
import type { JsonObject } from "../../core/chat";
import { compact } from "../../core/compact";
import type { Usage } from "../../core/events";
import { arrayAt, isObject, numberAt, objectAt } from "../../core/read-json";
import { tierWord } from "../shared/tier-word";

/** Of one answer: the service tier may stand on another chunk than the counts. */
export class UsageReader {
  #serviceTier: string | undefined;

  /** @param value a chunk or a whole answer. */
  read(value: JsonObject): Usage | undefined {
    const usage = objectAt(value, "usage") ?? groqUsage(value) ?? choiceUsage(value);
    // Mistral says it beside the counts.
    this.#serviceTier = tierWord(value, "service_tier") ?? tierWord(usage ?? {}, "service_tier") ?? this.#serviceTier;
    return usage === undefined ? undefined : usageOf(usage, this.#serviceTier);
  }
}

/** Groq's streams. */
function groqUsage(value: JsonObject): JsonObject | undefined {
  const groq = objectAt(value, "x_groq");
  return groq === undefined ? undefined : objectAt(groq, "usage");
}

/** Moonshot's streams. */
function choiceUsage(value: JsonObject): JsonObject | undefined {
  const [choice] = arrayAt(value, "choices");
  return isObject(choice) ? objectAt(choice, "usage") : undefined;
}

function usageOf(usage: JsonObject, serviceTier: string | undefined): Usage | undefined {
  const input = numberAt(usage, "prompt_tokens") ?? numberAt(usage, "input_tokens");
  const output = numberAt(usage, "completion_tokens") ?? numberAt(usage, "output_tokens");
  if (input === undefined && output === undefined) return undefined;
  const inputDetails = objectAt(usage, "prompt_tokens_details") ?? objectAt(usage, "input_tokens_details") ?? {};
  const outputDetails = objectAt(usage, "completion_tokens_details") ?? objectAt(usage, "output_tokens_details") ?? {};
  const reasoning = numberAt(outputDetails, "reasoning_tokens") ?? numberAt(usage, "reasoning_tokens");
  return compact({
    input: input ?? 0,
    output: (output ?? 0) + (reasoningIsExtra(usage, input ?? 0, output ?? 0, reasoning ?? 0) ? (reasoning ?? 0) : 0),
    cacheRead: numberAt(inputDetails, "cached_tokens") ?? firstNumber(usage, CACHE_READ),
    cacheWrite:
      numberAt(inputDetails, "cache_write_tokens") ?? firstNumber(inputDetails, CACHE_WRITE) ?? firstNumber(usage, CACHE_WRITE),
    cacheWriteHour: numberAt(objectAt(usage, "cache_creation") ?? {}, "ephemeral_1h_input_tokens"),
    reasoning,
    audioInput: numberAt(inputDetails, "audio_tokens"),
    audioOutput: numberAt(outputDetails, "audio_tokens"),
    imageInput: numberAt(inputDetails, "image_tokens"),
    imageOutput: numberAt(outputDetails, "image_tokens"),
    webSearches:
      numberAt(objectAt(usage, "server_tool_use") ?? {}, "web_search_requests") ?? numberAt(usage, PERPLEXITY_SEARCHES),
    serviceTier,
  });
}

/** DeepSeek, Mistral, Moonshot. */
const CACHE_READ = ["prompt_cache_hit_tokens", "num_cached_tokens", "cached_tokens"];
/** Gateways in front of Anthropic. */
const CACHE_WRITE = ["cache_creation_input_tokens"];
const PERPLEXITY_SEARCHES = "num_search_queries";

function firstNumber(usage: JsonObject, names: readonly string[]): number | undefined {
  return names.map((name) => numberAt(usage, name)).find((count) => count !== undefined);
}

/** xAI leaves reasoning out of `completion_tokens`; its total tells. */
function reasoningIsExtra(usage: JsonObject, input: number, output: number, reasoning: number): boolean {
  return reasoning > 0 && numberAt(usage, "total_tokens") === input + output + reasoning;
}
