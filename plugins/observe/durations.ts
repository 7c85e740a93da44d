/** A histogram: how many took how long. */
import { Histogram, type Registry } from "prom-client";

/** Upper bounds, seconds. */
const BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

export class Durations {
  /** One for each bound, without what is counted for a lower one; longer ones are in `count` only. */
  readonly buckets = BOUNDS.map(() => 0);
  sum = 0;
  count = 0;

  observe(seconds: number): void {
    const at = BOUNDS.findIndex((bound) => seconds <= bound);
    if (at !== -1) this.buckets[at] = (this.buckets[at] ?? 0) + 1;
    this.sum += seconds;
    this.count += 1;
  }
}

export interface LabelledDurations {
  readonly labels: Readonly<Record<string, string>>;
  readonly durations: Durations;
}

/** Shown as prom-client shows its own, which only takes observations one by one. */
export class DurationHistogram extends Histogram {
  readonly #of: { readonly name: string; readonly help: string };
  readonly #read: () => readonly LabelledDurations[];

  constructor(name: string, help: string, registry: Registry, read: () => readonly LabelledDurations[]) {
    super({ name, help, buckets: BOUNDS, registers: [registry] });
    this.#of = { name, help };
    this.#read = read;
  }

  /** What the registry calls, and `get`. Those never counted are not shown. */
  async getForPromString() {
    const counted = this.#read().filter(({ durations }) => durations.count > 0);
    return { ...this.#of, type: "histogram", aggregator: "sum", values: counted.flatMap((it) => values(this.#of.name, it)) };
  }
}

function values(name: string, { labels, durations }: LabelledDurations) {
  const { buckets, sum, count } = durations;
  let below = 0;
  const bounded = BOUNDS.map((le, at) => {
    below += buckets[at] ?? 0;
    return { metricName: `${name}_bucket`, labels: { le }, sharedLabels: labels, value: below };
  });
  return [
    ...bounded,
    { metricName: `${name}_bucket`, labels: { le: "+Inf" }, sharedLabels: labels, value: count },
    { metricName: `${name}_sum`, labels: {}, sharedLabels: labels, value: sum },
    { metricName: `${name}_count`, labels: {}, sharedLabels: labels, value: count },
  ];
}
