/** Counters of plugins. Labels come from configuration only, as in metrics.ts. */
import { Counter, type Registry } from "prom-client";

export type Count = (labels: Readonly<Record<string, string>>, by?: number) => void;

export interface PluginMetrics {
  /** The same one for the same name: a plugin is opened for each policy, and again with each configuration. */
  counter(name: string, help: string, labelNames: readonly string[]): Count;
}

interface Sum {
  readonly labels: Readonly<Record<string, string>>;
  value: number;
}

export function pluginMetrics(registry: Registry): PluginMetrics {
  const known = new Map<string, Count>();
  return {
    counter(name, help, labelNames) {
      const found = known.get(name);
      if (found !== undefined) return found;
      const made = counter(registry, name, help, labelNames);
      known.set(name, made);
      return made;
    },
  };
}

/** Plain sums, given to prom-client when somebody asks for the metrics: it hashes labels each time (series.ts). */
function counter(registry: Registry, name: string, help: string, labelNames: readonly string[]): Count {
  const sums = new Map<string, Sum>();
  new Counter({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, value } of sums.values()) this.inc({ ...labels }, value);
    },
  });
  return (labels, by = 1) => {
    const key = labelNames.map((label) => labels[label]).join("\n");
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { labels, value: by });
    else sum.value += by;
  };
}
