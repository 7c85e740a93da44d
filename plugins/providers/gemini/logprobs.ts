import type { JsonObject } from "../../core/chat";
import type { TokenLogprob } from "../../core/events";
import { arrayAt, isObject, numberAt, stringAt } from "../../core/read-json";

/** `chosenCandidates` and `topCandidates` run in step, one entry a token. */
export function logprobsOf(result: JsonObject): readonly TokenLogprob[] {
  const tops = arrayAt(result, "topCandidates");
  const tokens: TokenLogprob[] = [];
  for (const [at, chosen] of arrayAt(result, "chosenCandidates").entries()) {
    const token = isObject(chosen) ? tokenOf(chosen) : undefined;
    if (token === undefined) continue;
    const step = tops[at];
    const top = isObject(step)
      ? arrayAt(step, "candidates").flatMap((item) => (isObject(item) ? (tokenOf(item) ?? []) : []))
      : [];
    tokens.push({ ...token, top });
  }
  return tokens;
}

function tokenOf(candidate: JsonObject): TokenLogprob | undefined {
  const token = stringAt(candidate, "token");
  const logprob = numberAt(candidate, "logProbability");
  return token === undefined || logprob === undefined ? undefined : { token, logprob };
}
