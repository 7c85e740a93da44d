import type { Tally } from "../accounting";
import { dollarText } from "../prices";

/** `x-graft-usage` as a dictionary (RFC 9651): `input=12, output=34, cached=5`. */
export function usageHeaders({ usage, nanos }: Tally): Record<string, string> {
  const told = [`input=${usage.input}`, `output=${usage.output}`];
  if (usage.cacheRead !== undefined) told.push(`cached=${usage.cacheRead}`);
  if (usage.reasoning !== undefined) told.push(`reasoning=${usage.reasoning}`);
  const headers: Record<string, string> = { "x-graft-usage": told.join(", ") };
  if (nanos !== undefined) headers["x-graft-cost"] = dollarText(nanos);
  return headers;
}

/** Behind `[DONE]`, where those that do not know it have stopped reading. */
export function usageTrailer({ usage, nanos }: Tally): string {
  const data = {
    input_tokens: usage.input,
    output_tokens: usage.output,
    cached_tokens: usage.cacheRead,
    reasoning_tokens: usage.reasoning,
    cost_usd: nanos === undefined ? undefined : dollarText(nanos),
  };
  return `event: graft.usage\ndata: ${JSON.stringify(data)}\n\n`;
}
