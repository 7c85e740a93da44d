import type { Tally } from "../accounting";
import type { Exchange } from "../core/exchange";
import type { ExchangeRecord } from "../core/record";
import { dollarText } from "../prices";
import { TOKEN_KINDS, type UsageRecord } from "../stores/usage/record";

/** The log line's share: what was counted where nobody said it, and what it cost. */
export function fillRecord(record: ExchangeRecord, { usage, nanos, priced }: Tally): void {
  if (priced === "none") return;
  const counted =
    usage.estimated === true ? { input_tokens: usage.input, output_tokens: usage.output, usage_estimated: true } : {};
  Object.assign(record, counted, { cost_usd: nanos === undefined ? undefined : dollarText(nanos), priced });
}

/** The books' line. */
export function usageRecord(exchange: Exchange, record: ExchangeRecord, { usage, nanos, priced }: Tally): UsageRecord {
  const { caller } = exchange.client;
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
    costNanos: nanos,
    priced,
    durationMs: record.duration_ms,
    firstByteMs: record.first_byte_ms,
  };
}
