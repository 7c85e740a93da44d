import type { Exchange } from "../core/exchange";
import type { Target } from "../core/target";
import type { CountTarget } from "../tokens";

export function countTarget({ provider, model }: Target): CountTarget {
  return { providerKind: provider.codec.kind, model };
}

export function modelKey({ provider, model }: Target): string {
  return `${provider.codec.kind}/${model}`;
}

/** How long answers are depends on the model and on what an alias is used for. */
export function outputKey(exchange: Exchange, { provider, model }: Target): string {
  return JSON.stringify([exchange.policy, exchange.alias?.name, provider.name, model]);
}
