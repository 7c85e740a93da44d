import type { ExchangeRecord } from "../../plugins/core/record";

/** A record of which only the id matters. */
export function recordOf(request_id: string): ExchangeRecord {
  const rest = { ended_at: "", exchange: "", policy: "", config: "", caller: "", team: undefined, method: "", path: "" };
  const more = {
    alias: undefined,
    target: undefined,
    model: undefined,
    attempts: 0,
    stream: false,
    status: 200,
    error: undefined,
  };
  const tokens = { input_tokens: undefined, output_tokens: undefined, cached_tokens: undefined, reasoning_tokens: undefined };
  const times = {
    duration_ms: 0,
    first_byte_ms: undefined,
    dropped_params: undefined,
    side_calls: undefined,
    route: undefined,
    facts: [],
  };
  return { request_id, outcome: "complete", ...rest, ...more, ...tokens, ...times };
}
