/** Token probabilities as OpenAI sends them → neutral. */
import type { JsonObject } from "../../core/chat";
import type { TokenLogprob } from "../../core/events";
import { arrayAt, isObject, numberAt, stringAt } from "../../core/read-json";

export function readLogprobs(logprobs: JsonObject, list: "content" | "refusal"): TokenLogprob[] {
  return arrayAt(logprobs, list)
    .map(readLogprob)
    .filter((token) => token !== undefined);
}

function readLogprob(value: unknown): TokenLogprob | undefined {
  if (!isObject(value)) return undefined;
  const token = stringAt(value, "token");
  const logprob = numberAt(value, "logprob");
  if (token === undefined || logprob === undefined) return undefined;
  const bytes = value["bytes"];
  // Alternatives have none of their own: read one level, whatever is sent.
  const top = arrayAt(value, "top_logprobs")
    .map((one) => (isObject(one) ? readLogprob({ ...one, top_logprobs: [] }) : undefined))
    .filter((one) => one !== undefined);
  return {
    token,
    logprob,
    ...(Array.isArray(bytes) ? { bytes: bytes.filter((byte): byte is number => typeof byte === "number") } : {}),
    ...(top.length === 0 ? {} : { top }),
  };
}
