/** Process metrics. Labels come from configuration only: names a client can choose would let it grow the registry without bound. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { ExchangeRecord } from "../core/record";

const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

export class Metrics {
  readonly registry = new Registry();
  readonly #requests = new Counter({
    name: "graft_requests_total",
    help: "Exchanges by policy, target provider, client status and outcome",
    labelNames: ["policy", "provider", "status", "outcome"],
    registers: [this.registry],
  });
  readonly #attempts = new Counter({
    name: "graft_attempts_total",
    help: "Tries at providers, fallbacks and retries included",
    labelNames: ["policy"],
    registers: [this.registry],
  });
  readonly #tokens = new Counter({
    name: "graft_tokens_total",
    help: "Tokens by policy, provider and direction, as providers reported them",
    labelNames: ["policy", "provider", "direction"],
    registers: [this.registry],
  });
  readonly #duration = new Histogram({
    name: "graft_request_duration_seconds",
    help: "From the request's head to the end of the answer",
    labelNames: ["policy", "provider"],
    buckets: SECONDS,
    registers: [this.registry],
  });
  readonly #firstByte = new Histogram({
    name: "graft_first_byte_seconds",
    help: "From the request's head to the head of the provider's answer",
    labelNames: ["policy", "provider"],
    buckets: SECONDS,
    registers: [this.registry],
  });
  readonly #dropped = new Counter({
    name: "graft_dropped_params_total",
    help: "Requests of which a parameter could not be honoured by the provider",
    labelNames: ["policy", "provider"],
    registers: [this.registry],
  });
  readonly #configReloads = new Counter({
    name: "graft_config_reloads_total",
    help: "Configuration changes seen, by result; on `invalid` the old configuration stays",
    labelNames: ["result"],
    registers: [this.registry],
  });
  readonly #handOffs = new Counter({
    name: "graft_hand_offs_total",
    help: "Attempts encoded for Envoy by asking the process that holds the exchange; `lost` = it was gone",
    labelNames: ["result"],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** @param provider the named provider that answered, `none` when the gateway answered itself */
  count(record: ExchangeRecord, provider: string): void {
    const { policy } = record;
    this.#requests.inc({ policy, provider, status: String(record.status), outcome: record.outcome });
    this.#duration.observe({ policy, provider }, record.duration_ms / 1000);
    if (record.attempts > 0) this.#attempts.inc({ policy }, record.attempts);
    if (record.first_byte_ms !== undefined) this.#firstByte.observe({ policy, provider }, record.first_byte_ms / 1000);
    if (record.input_tokens !== undefined) this.#tokens.inc({ policy, provider, direction: "input" }, record.input_tokens);
    if (record.output_tokens !== undefined) this.#tokens.inc({ policy, provider, direction: "output" }, record.output_tokens);
    if (record.dropped_params !== undefined) this.#dropped.inc({ policy, provider });
  }

  /** A value that is read when somebody asks for the metrics. */
  watch(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  countHandOff(result: "answered" | "lost"): void {
    this.#handOffs.inc({ result });
  }

  countReload(result: "applied" | "invalid"): void {
    this.#configReloads.inc({ result });
  }
}
