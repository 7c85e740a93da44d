/** What a request may use, before it is sent. */
import type { NeutralRequest, Part, ResultContent } from "../core/chat";
import type { Exchange } from "../core/exchange";
import type { Target } from "../core/target";
import { atServiceTier, type Possible, type PriceRow, worstCost } from "../prices";
import type { InputEstimate } from "../tokens";

/** `max`: as long as the answer may become; `learned`: as long as nineteen of twenty were; `none`: answers count when they are there. */
export type OutputReserve = "max" | "learned" | "none";

export interface Forecast {
  /** Tokens of the prompt, at most and at least. */
  readonly input: number;
  readonly leastInput: number;
  /** Counting again would tell nothing more. */
  readonly counted: boolean;
  /** Tokens of all answers. */
  readonly output: number;
  /** Nano-dollars, at most; `undefined` = nobody knows the price. */
  readonly nanos: number | undefined;
  /** With `leastInput`. */
  readonly leastNanos: number | undefined;
}

/** Whatever a client asks for. */
const MOST_OUTPUT = 1e9;
/** Reserved for an answer of which nothing is known: no `max_tokens`, no `max_output_tokens` of the target, nothing learned. */
const UNKNOWN_OUTPUT = 4096;

export function forecastOf(
  { request }: Exchange,
  { low, high, exact }: InputEstimate,
  output: number,
  price: PriceRow | undefined,
): Forecast {
  const tier = request.extra["service_tier"];
  const row = price === undefined ? undefined : atServiceTier(price, typeof tier === "string" ? tier : undefined);
  const possible = row === undefined ? undefined : possibleOf(request);
  const cost = (input: number) => (row === undefined ? undefined : worstCost(input, output, row, possible));
  return { input: high, leastInput: low, counted: exact, output, nanos: cost(high), leastNanos: cost(low) };
}

/** @param learned tokens that most answers were not longer than */
export function learnedOutput(
  request: NeutralRequest,
  target: Target,
  reserve: OutputReserve,
  learned: number | undefined,
): number {
  if (reserve === "none") return 0;
  const { maxOutputTokens, model, provider } = target;
  const most = maxOutputTokens ?? provider.codec.maxOutputTokens?.(model);
  const unknown = Math.min(most ?? UNKNOWN_OUTPUT, UNKNOWN_OUTPUT);
  const unasked = reserve === "learned" ? (learned ?? unknown) : (most ?? Math.max(learned ?? 0, UNKNOWN_OUTPUT));
  const asked = request.maxTokens === undefined ? unasked : Math.min(request.maxTokens, maxOutputTokens ?? MOST_OUTPUT);
  const each = reserve === "learned" ? Math.min(asked, learned ?? asked) : asked;
  return Math.min(each, MOST_OUTPUT) * Math.max(1, request.n ?? 1);
}

function possibleOf({ messages, tools = [], extra }: NeutralRequest): Possible {
  const parts = messages.flatMap((message) => message.parts);
  return {
    audio: "audio" in extra || "modalities" in extra || parts.some(({ type }) => type === "audio" || type === "file"),
    cacheHour:
      "cache_control" in extra ||
      parts.some(isKeptForAnHour) ||
      tools.some((tool) => tool.kind !== "server" && tool.cache?.ttl === "1h"),
    webSearches: "web_search_options" in extra || tools.some(({ kind }) => kind === "server") ? SEARCHES : 0,
  };
}

/** A model with a search tool may use it more often; most do not. */
const SEARCHES = 5;

function isKeptForAnHour(part: Part | ResultContent): boolean {
  if (part.cache?.ttl === "1h") return true;
  return part.type === "tool-result" && part.content.some(isKeptForAnHour);
}
