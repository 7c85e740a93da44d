import type { ChatRequest } from "../../core/chat";
import { isBlank } from "./block";
import type { ModelTraits } from "./model-traits";

export interface Sampling {
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  readonly stop_sequences?: readonly string[];
}

/** OpenAI's defaults (temperature 1, top_p 1) are Anthropic's as well: leaving them out loses nothing. */
export function encodeSampling(request: ChatRequest, traits: ModelTraits, thinks: boolean, dropped: Set<string>): Sampling {
  const temperature = temperatureOf(request.temperature, traits.sampling && !thinks, dropped);
  const topP = topPOf(request.topP, traits, thinks, temperature !== undefined && temperature !== 1, dropped);
  const topK = traits.sampling && !thinks ? request.topK : undefined;
  if (request.topK !== undefined && topK === undefined) dropped.add("top_k");
  const stop = request.stop?.filter((sequence) => !isBlank(sequence)) ?? [];
  // "each stop sequence must contain non-whitespace"
  if (stop.length < (request.stop?.length ?? 0)) dropped.add("stop");
  return {
    ...(temperature === undefined || (topP !== undefined && temperature === 1) ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(topK === undefined ? {} : { top_k: topK }),
    ...(stop.length === 0 ? {} : { stop_sequences: stop }),
  };
}

/** OpenAI's scale ends at 2, Anthropic's at 1. */
function temperatureOf(asked: number | undefined, free: boolean, dropped: Set<string>): number | undefined {
  if (asked === undefined) return undefined;
  const nearest = Math.min(asked, 1);
  if (nearest !== asked || (!free && nearest !== 1)) dropped.add("temperature");
  return free ? nearest : undefined;
}

function topPOf(
  asked: number | undefined,
  traits: ModelTraits,
  thinks: boolean,
  withTemperature: boolean,
  dropped: Set<string>,
): number | undefined {
  if (asked === undefined || asked >= 1) return undefined;
  // While it thinks, a model takes 0.95 to 1 only; most models refuse temperature and top_p together, and temperature is the
  // one people tune.
  const fits = traits.sampling && (!thinks || asked >= 0.95) && (traits.temperatureWithTopP || !withTemperature);
  if (!fits) dropped.add("top_p");
  return fits ? asked : undefined;
}

/** Parameters that the Messages API has no counterpart for; values that change nothing are not worth a word. */
export function reportMissing(request: ChatRequest, dropped: Set<string>): void {
  if ((request.n ?? 1) > 1) dropped.add("n");
  if (request.seed !== undefined) dropped.add("seed");
  if ((request.frequencyPenalty ?? 0) !== 0) dropped.add("frequency_penalty");
  if ((request.presencePenalty ?? 0) !== 0) dropped.add("presence_penalty");
  if (request.logprobs === true) dropped.add("logprobs");
  if ((request.topLogprobs ?? 0) > 0) dropped.add("top_logprobs");
  if (Object.keys(request.logitBias ?? {}).length > 0) dropped.add("logit_bias");
}
