/** What plugins do in an exchange, and what all code may use of the world. */
import type { Clock } from "./clock";
import type { GraftError } from "./errors";
import type { ChatEvent } from "./events";
import type { Attempt } from "./exchange";
import type { OutgoingRequest } from "./outgoing";
import type { HeaderMap } from "./provider";
import type { ExchangeRecord } from "./record";
import type { Plan, Target } from "./target";

export type Awaitable<T> = T | Promise<T>;

/** Ends the exchange here; only the hooks in front of the answering one see it. */
export type Answer = OwnAnswer | { readonly error: GraftError };

/** An answer that no provider has given to this exchange. */
export type OwnAnswer =
  | { readonly events: readonly ChatEvent[] }
  /** In batches, as they come: for streaming clients of hosts with `liveFollowers`. What it throws ends the stream as an error. */
  | { readonly live: AsyncIterable<readonly ChatEvent[]> };

export interface Completion {
  /** Reach the client where the answer was held whole. */
  readonly headers?: HeaderMap;
  /** Goes behind the last event of a stream. */
  readonly trailer?: string;
}

/**
 * What a plugin does in one exchange. A hook that is absent costs nothing, and what no hook wants is not even parsed: without
 * `event` and `end` hooks an answer in the client's own dialect passes through as bytes. Every hook may return a promise. Hooks are
 * looked up when their turn comes, `event` and `end` when an answer begins: a plugin may decide by the request whether it has them.
 */
export interface Hooks {
  /** Before routing, in running order. May replace `exchange.request`. */
  request?(): Awaitable<Answer | undefined>;
  /** Which targets in which order; in running order. */
  route?(plan: Plan): Awaitable<Plan>;
  /** Before a fallback, on hosts that can leave a target out: an error passes it over. Not asked for the first of the plan. */
  refuse?(target: Target): Awaitable<GraftError | undefined>;
  /** Before each try that the host lets us see, in running order. What it throws ends the exchange: nothing is sent. */
  attempt?(attempt: Attempt, request: OutgoingRequest): Awaitable<void>;
  /** The answer's head, in reverse order. What was held back of an attempt before is to be forgotten here. */
  response?(head: { readonly status: number }): Awaitable<void>;
  /** Hold back, change or add events; in reverse order, each hook sees what the later plugin let through. */
  event?(event: ChatEvent): Awaitable<readonly ChatEvent[]>;
  /** What was held back, when the answer is complete. Not called when it broke off. */
  end?(): Awaitable<readonly ChatEvent[]>;
  /** The answer has come to its end as it should: what can still be told with it. */
  complete?(): Completion | undefined;
  /**
   * No target has given an answer, and none will be asked any more; nothing has been sent to the client. In running order: what is there
   * instead, to hooks that have seen the request.
   */
  rescue?(error: GraftError): Awaitable<OwnAnswer | undefined>;
  /** The client is gone while a hook is still at work: it need not wait for anything. */
  abandon?(): void;
  /** Always, once, also after an abort: settle here. May add fields to the record. */
  log?(record: ExchangeRecord): Awaitable<void>;
}

/** What plugins may use of the world. */
export interface Services {
  readonly clock: Clock;
  /** In [0, 1); injected so that tests are repeatable. */
  random(): number;
  newId(prefix: string): string;
}
