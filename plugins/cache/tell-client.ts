import type { Exchange } from "../core/exchange";
import type { CacheStatus } from "../core/facts";
import { safeHeaderValue } from "../core/headers";
import type { AnswerFacts } from "./flights";

export interface Told {
  readonly entry?: AnswerFacts;
  readonly shared?: boolean;
  readonly similarity?: number | undefined;
}

/** What the cache did for a request, in its answer's headers and in its facts. */
export function tellClient(exchange: Exchange, status: CacheStatus, { entry, shared, similarity }: Told, now: number): void {
  const { answerHeaders, facts } = exchange;
  answerHeaders["x-graft-cache"] = status;
  if (similarity !== undefined) answerHeaders["x-graft-cache-similarity"] = similarity.toFixed(4);
  const ageMs = entry === undefined ? undefined : Math.max(0, now - entry.storedAt);
  if (ageMs !== undefined) answerHeaders["age"] = String(Math.floor(ageMs / 1000));
  // Names that clients made up.
  if (entry !== undefined && entry.dropped.length > 0)
    answerHeaders["x-graft-dropped-params"] = safeHeaderValue(entry.dropped.join(", "));
  facts.add({
    kind: "cache",
    status,
    ...(shared === true ? { shared } : {}),
    ...(similarity === undefined ? {} : { similarity }),
    ...(ageMs === undefined ? {} : { ageMs }),
    ...(entry === undefined ? {} : { target: entry.target }),
    ...(entry?.usage === undefined ? {} : { usage: entry.usage }),
    ...(entry?.nanos === undefined ? {} : { nanos: entry.nanos }),
  });
}
