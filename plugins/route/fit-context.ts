/** Puts targets whose context window the request does not fit behind those it fits. */
import type { Exchange } from "../core/exchange";
import { type Target, targetLabel } from "../core/target";

/** English prose and JSON run at about 4 bytes a token; this is an estimate for ordering, never for refusing. */
const BYTES_PER_TOKEN = 4;

export function fitContext(targets: readonly Target[], exchange: Exchange): readonly Target[] {
  if (targets.every((target) => target.contextWindow === undefined)) return targets;
  const estimate = Math.ceil(exchange.source.bytes.length / BYTES_PER_TOKEN) + askedOutput(exchange);
  const fits: Target[] = [];
  const tooSmall: Target[] = [];
  for (const target of targets) {
    if (target.contextWindow === undefined || estimate <= target.contextWindow) fits.push(target);
    else {
      tooSmall.push(target);
      exchange.facts.add({ kind: "context-window", target: targetLabel(target), window: target.contextWindow, estimate });
    }
  }
  if (tooSmall.length === 0) return targets;
  // The estimate may be too high, so a small window is asked last, the largest first, instead of never.
  return [...fits, ...tooSmall.sort((a, b) => (b.contextWindow ?? 0) - (a.contextWindow ?? 0))];
}

function askedOutput(exchange: Exchange): number {
  const { value } = exchange.source;
  const asked = value["max_completion_tokens"] ?? value["max_tokens"];
  return typeof asked === "number" && asked > 0 ? asked : 0;
}
