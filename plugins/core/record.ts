/** The exchange record: one structured line a call, the source of logs, metrics and usage. Plugins add their fields in `log` hooks. */
import { isoTime } from "./clock";
import type { Exchange, SideCall } from "./exchange";
import type { Fact } from "./facts";
import { targetLabel } from "./target";

/** `aborted`: the client or the provider hung up, and the host cannot tell which. */
export type Outcome = "complete" | "aborted";

export interface ExchangeRecord {
  /** When the exchange ended, ISO 8601. */
  readonly ended_at: string;
  readonly exchange: string;
  readonly request_id: string;
  readonly policy: string;
  readonly config: string;
  readonly caller: string;
  readonly team: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly route: string | undefined;
  /** The model name the client used. */
  readonly alias: string | undefined;
  readonly target: string | undefined;
  readonly model: string | undefined;
  readonly attempts: number;
  readonly stream: boolean;
  /** What the client got; 0 when it went away before anything was decided. */
  readonly status: number;
  readonly outcome: Outcome;
  readonly error: string | undefined;
  readonly input_tokens: number | undefined;
  readonly output_tokens: number | undefined;
  readonly cached_tokens: number | undefined;
  readonly reasoning_tokens: number | undefined;
  readonly dropped_params: readonly string[] | undefined;
  /** Calls to models that plugins made for this exchange. */
  readonly side_calls: readonly Readonly<Record<string, unknown>>[] | undefined;
  /** How it came about: the plan, what did not fit, what failed, which keys rest. */
  readonly facts: readonly Fact[];
  readonly duration_ms: number;
  /** Until the answer's head arrived. */
  readonly first_byte_ms: number | undefined;
  [field: string]: unknown;
}

export interface RecordInit {
  readonly status: number;
  readonly outcome: Outcome;
  readonly endedAt: number;
  readonly durationMs: number;
  readonly firstByteMs: number | undefined;
}

export function exchangeRecord(exchange: Exchange, init: RecordInit): ExchangeRecord {
  const attempt = exchange.attempt;
  const { usage, client } = exchange;
  return {
    ended_at: isoTime(init.endedAt),
    exchange: exchange.id,
    request_id: client.requestId,
    policy: exchange.policy,
    config: exchange.configVersion,
    caller: client.caller.id,
    team: client.caller.team,
    method: client.method,
    path: client.path,
    route: client.route,
    alias: exchange.head?.model,
    target: attempt === undefined ? undefined : targetLabel(attempt.target),
    model: exchange.model,
    attempts: attempt?.number ?? 0,
    stream: exchange.head?.stream ?? false,
    status: init.status,
    outcome: init.outcome,
    error: exchange.error?.kind,
    input_tokens: usage?.input,
    output_tokens: usage?.output,
    cached_tokens: usage?.cacheRead,
    reasoning_tokens: usage?.reasoning,
    dropped_params: attempt !== undefined && attempt.dropped.length > 0 ? attempt.dropped : undefined,
    side_calls: exchange.sideCalls.length === 0 ? undefined : exchange.sideCalls.map(sideCallRecord),
    facts: exchange.facts.all,
    duration_ms: init.durationMs,
    first_byte_ms: init.firstByteMs,
  };
}

function sideCallRecord({ purpose, target, usage }: SideCall): Readonly<Record<string, unknown>> {
  return { purpose, target: targetLabel(target), input_tokens: usage?.input, output_tokens: usage?.output };
}
