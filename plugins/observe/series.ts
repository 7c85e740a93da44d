/**
 * What exchanges count up: plain sums, given to prom-client when somebody asks for the metrics. Counting with prom-client itself, which
 * hashes the labels every time, took 4 µs of each exchange.
 */
import type { ExchangeRecord, Outcome } from "../core/record";
import { Durations } from "./durations";

interface Requests {
  readonly status: number;
  readonly outcome: Outcome;
  count: number;
}

/** Of one policy and provider. `undefined` = never counted, and not shown. */
export class Series {
  readonly policy: string;
  readonly provider: string;
  readonly requests = new Map<string, Requests>();
  readonly duration = new Durations();
  readonly firstByte = new Durations();
  attempts: number | undefined;
  inputTokens: number | undefined;
  outputTokens: number | undefined;
  dropped: number | undefined;

  constructor(policy: string, provider: string) {
    this.policy = policy;
    this.provider = provider;
  }

  count(record: ExchangeRecord): void {
    const { status, outcome } = record;
    within(this.requests, `${status} ${outcome}`, () => ({ status, outcome, count: 0 })).count += 1;
    this.duration.observe(record.duration_ms / 1000);
    if (record.first_byte_ms !== undefined) this.firstByte.observe(record.first_byte_ms / 1000);
    if (record.attempts > 0) this.attempts = (this.attempts ?? 0) + record.attempts;
    if (record.input_tokens !== undefined) this.inputTokens = (this.inputTokens ?? 0) + record.input_tokens;
    if (record.output_tokens !== undefined) this.outputTokens = (this.outputTokens ?? 0) + record.output_tokens;
    if (record.dropped_params !== undefined) this.dropped = (this.dropped ?? 0) + 1;
  }
}

/** Grows by what configurations name, never by what clients do. */
export class AllSeries {
  readonly #byPolicy = new Map<string, Map<string, Series>>();

  of(policy: string, provider: string): Series {
    const byProvider = within(this.#byPolicy, policy, () => new Map<string, Series>());
    return within(byProvider, provider, () => new Series(policy, provider));
  }

  get all(): Series[] {
    return [...this.#byPolicy.values()].flatMap((byProvider) => [...byProvider.values()]);
  }
}

function within<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
