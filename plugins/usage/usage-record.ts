import type { Tally } from "../accounting";
import type { Usage } from "../core/events";
import type { Exchange } from "../core/exchange";
import type { ExchangeRecord } from "../core/record";
import { dollarText } from "../prices";
import { TOKEN_KINDS, type UsageRecord } from "../stores/usage/record";

/** The log line's share: what was counted where nobody said it, and what it cost as far as prices are known. */
export function fillRecord(record: ExchangeRecord, { usage, nanos, priced }: Tally): void {
  if (priced === "none") return;
  const counted =
    usage.estimated === true ? { input_tokens: usage.input, output_tokens: usage.output, usage_estimated: true } : {};
  const unknown = priced === "unknown" && nanos === 0;
  Object.assign(record, counted, { cost_usd: unknown ? undefined : dollarText(nanos), priced });
}

/** What a cache had to say, and what its answer saves. */
export function fillCache(record: ExchangeRecord, { facts }: Exchange): void {
  const cache = facts.of("cache").at(-1);
  if (cache === undefined) return;
  const { status, shared, similarity, ageMs, nanos } = cache;
  Object.assign(record, {
    cache: status,
    cache_saved_usd: nanos === undefined ? undefined : dollarText(nanos),
    cache_saved_tokens: savedTokens(cache.usage),
    cache_age_ms: ageMs,
    cache_similarity: similarity,
    usage: shared === true ? "shared" : undefined,
  });
}

function savedTokens(usage: Usage | undefined): number | undefined {
  return usage === undefined ? undefined : usage.input + usage.output;
}

/** The books' line. */
export function usageRecord(exchange: Exchange, record: ExchangeRecord, { usage, nanos, priced }: Tally): UsageRecord {
  const { caller } = exchange.client;
  // A request may miss, and be rescued with a stale answer.
  const cache = exchange.facts.of("cache").at(-1);
  return {
    at: Date.parse(record.ended_at),
    exchange: record.exchange,
    requestId: record.request_id,
    policy: record.policy,
    caller: caller.id,
    team: caller.team,
    tags: caller.tags,
    ...exchange.labels,
    alias: exchange.alias?.name,
    target: record.target,
    model: record.model,
    attempts: record.attempts,
    stream: record.stream,
    status: record.status,
    outcome: record.outcome,
    error: record.error,
    tokens: Object.fromEntries(TOKEN_KINDS.map((kind) => [kind, usage[kind]])),
    usageEstimated: usage.estimated === true,
    cache: cache?.status,
    savedNanos: cache?.nanos,
    savedTokens: savedTokens(cache?.usage),
    costNanos: nanos,
    priced,
    durationMs: record.duration_ms,
    firstByteMs: record.first_byte_ms,
  };
}
