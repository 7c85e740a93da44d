/** A policy with limits, on a clock and stores of its own, driven as a host drives it. */

import type { Caller, Exchange } from "../../plugins/core/exchange";
import { HOSTS } from "../../plugins/core/host";
import { DEFAULT_LABELS } from "../../plugins/core/labels";
import type { Pipeline } from "../../plugins/core/pipeline";
import type { Hooks } from "../../plugins/core/plugin";
import type { Target } from "../../plugins/core/target";
import type { PluginServices } from "../../plugins/define-plugin";
import { rateLimit } from "../../plugins/rate-limit";
import { openMemoryStores } from "../../plugins/stores/memory";
import type { Stores } from "../../plugins/stores/stores";
import { alias, openPipeline, pluginServices, policyFacts, target } from "../support/exchange";
import { VirtualClock } from "../support/virtual-clock";

/** What stands within the limits. */
type Inner = (exchange: Exchange) => Hooks;

export interface Limited {
  readonly clock: VirtualClock;
  readonly services: PluginServices;
  /** Counts, by name and labels. */
  readonly counted: ReadonlyMap<string, number>;
  open(it?: { targets?: readonly Target[]; caller?: Partial<Caller>; headers?: Record<string, string>; inner?: Inner }): Pipeline;
}

/** @param config as under `plugins.rate_limit` */
export function limited(
  config: unknown,
  it: { host?: keyof typeof HOSTS; stores?: (clock: VirtualClock) => Stores } = {},
): Limited {
  const clock = new VirtualClock();
  const stores = (it.stores ?? openMemoryStores)(clock);
  const counted = new Map<string, number>();
  const services: PluginServices = {
    ...pluginServices,
    clock,
    stores,
    localLimits: openMemoryStores(clock).limits,
    host: HOSTS[it.host ?? "relay"],
    metrics: {
      counter:
        (name) =>
        (labels, by = 1) => {
          const key = `${name} ${Object.values(labels).join(" ")}`;
          counted.set(key, (counted.get(key) ?? 0) + by);
        },
    },
  };
  const parsed = rateLimit.config?.parse(config);
  const opener = rateLimit.open(parsed, services, policyFacts);
  return {
    clock,
    services,
    counted,
    open({ targets = [target("openai", "gpt-4o")], caller = {}, headers = {}, inner } = {}) {
      return openPipeline({
        aliases: [alias("m", targets, { attempts: Math.max(2, targets.length) })],
        hooks: (exchange): Hooks[] => [...Object.values(opener(exchange)), ...(inner === undefined ? [] : [inner(exchange)])],
        policy: { needsUsage: rateLimit.needsUsage(parsed, services), labels: DEFAULT_LABELS },
        caller,
        headers,
      });
    },
  };
}

export const ANSWER = (input: number, output: number) =>
  JSON.stringify({
    id: "x",
    object: "chat.completion",
    created: 1,
    model: "gpt-real",
    choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
    usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
  });
