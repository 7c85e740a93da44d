import type { Tally } from "../accounting";
import { dollarText } from "../prices";

/**
 * What this call used: an answer from a cache nothing, whatever its body says of the call that it was first given to. A cost that nobody
 * knows, or not all of, is not told.
 *
 * `x-graft-usage` as a dictionary (RFC 9651): `input=12, output=34, cached=5`.
 */
export function usageHeaders({ usage, nanos, priced }: Tally): Record<string, string> {
  const told = [`input=${usage.input}`, `output=${usage.output}`];
  if (usage.cacheRead !== undefined) told.push(`cached=${usage.cacheRead}`);
  if (usage.reasoning !== undefined) told.push(`reasoning=${usage.reasoning}`);
  const headers: Record<string, string> = { "x-graft-usage": told.join(", ") };
  if (priced !== "unknown") headers["x-graft-cost"] = dollarText(nanos);
  return headers;
}

/** Behind `[DONE]`, where those that do not know it have stopped reading. */
export function usageTrailer({ usage, nanos, priced }: Tally): string {
  const data = {
    input_tokens: usage.input,
    output_tokens: usage.output,
    cached_tokens: usage.cacheRead,
    reasoning_tokens: usage.reasoning,
    cost_usd: priced === "unknown" ? undefined : dollarText(nanos),
  };
  return `event: graft.usage\ndata: ${JSON.stringify(data)}\n\n`;
}
