/** Process metrics. Labels come from configuration only: names a client can choose would let it grow the registry without bound. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { ExchangeRecord } from "../core/record";
import { DurationHistogram, type Durations } from "./durations";
import { AllSeries, type Series } from "./series";

interface Sum {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | undefined;
}

export class Metrics {
  readonly registry = new Registry();
  readonly #series = new AllSeries();
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
    this.#sums("graft_requests_total", "Exchanges by policy, target provider, client status and outcome", (series) =>
      [...series.requests.values()].map(({ status, outcome, count }) => ({
        labels: { ...names(series), status: String(status), outcome },
        value: count,
      })),
    );
    this.#sums("graft_attempts_total", "Tries at providers, fallbacks and retries included", ({ policy, attempts }) => [
      { labels: { policy }, value: attempts },
    ]);
    this.#sums("graft_tokens_total", "Tokens by policy, provider and direction, as providers reported them", (series) => [
      { labels: { ...names(series), direction: "input" }, value: series.inputTokens },
      { labels: { ...names(series), direction: "output" }, value: series.outputTokens },
    ]);
    this.#sums("graft_dropped_params_total", "Requests of which a parameter could not be honoured by the provider", (series) => [
      { labels: names(series), value: series.dropped },
    ]);
    this.#durations("graft_request_duration_seconds", "From the request's head to the end of the answer", (it) => it.duration);
    this.#durations(
      "graft_first_byte_seconds",
      "From the request's head to the head of the provider's answer",
      (it) => it.firstByte,
    );
  }

  /** @param provider the named provider that answered, `none` when the gateway answered itself */
  count(record: ExchangeRecord, provider: string): void {
    this.#series.of(record.policy, provider).count(record);
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

  /** Sums of the same labels are added up. */
  #sums(name: string, help: string, read: (series: Series) => readonly Sum[]): void {
    const all = this.#series;
    new Counter({
      name,
      help,
      labelNames: ["policy", "provider", "status", "outcome", "direction"],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const { labels, value } of all.all.flatMap(read)) if (value !== undefined) this.inc(labels, value);
      },
    });
  }

  #durations(name: string, help: string, of: (series: Series) => Durations): void {
    const read = () => this.#series.all.map((series) => ({ labels: names(series), durations: of(series) }));
    new DurationHistogram(name, help, this.registry, read);
  }
}

function names({ policy, provider }: Series) {
  return { policy, provider };
}
