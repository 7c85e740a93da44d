/** The plugin contract: three closures, config → services → exchange. What lives in a closure ends with it; nothing else keeps state. */
import type { z } from "zod";
import type { Clock } from "./clock";
import type { GraftError } from "./errors";
import type { ChatEvent } from "./events";
import type { Attempt, Exchange } from "./exchange";
import type { HeaderMap } from "./provider";
import type { ExchangeRecord } from "./record";
import type { Plan } from "./target";

export type Awaitable<T> = T | Promise<T>;

/** Ends the exchange here; only the hooks in front of the answering one see it. */
export type Answer = { readonly events: readonly ChatEvent[]; readonly headers?: HeaderMap } | { readonly error: GraftError };

/**
 * What a plugin does in one exchange. A hook that is absent costs nothing, and what no hook wants is not even parsed: without
 * `event` and `end` hooks an answer in the client's own dialect passes through as bytes. Every hook may return a promise.
 */
export interface Hooks {
  /** Before routing, in running order. May replace `exchange.request`. */
  request?(): Awaitable<Answer | undefined>;
  /** Which targets in which order; in running order. */
  route?(plan: Plan): Awaitable<Plan>;
  /** Before each try that the host lets us see, in running order. */
  attempt?(attempt: Attempt): Awaitable<void>;
  /** The answer's head, in reverse order. */
  response?(head: { readonly status: number }): Awaitable<void>;
  /** Hold back, change or add events; in reverse order, each hook sees what the later plugin let through. */
  event?(event: ChatEvent): Awaitable<readonly ChatEvent[]>;
  /** What was held back, when the answer is complete. Not called when it broke off. */
  end?(): Awaitable<readonly ChatEvent[]>;
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

/** Hooks by stage: a plugin that acts at several places of the running order names each. */
export type OpenExchange = (exchange: Exchange) => Readonly<Record<string, Hooks>>;

export interface Plugin {
  readonly name: string;
  /** Its part of a policy; `undefined` = always on, nothing to configure. */
  readonly config: z.ZodType | undefined;
  /** Its answers' usage is needed: asked for from providers that only say it on request. */
  readonly needsUsage: boolean;
  open(config: unknown, services: Services): OpenExchange;
}

/** One place in the running order. */
export interface Position {
  readonly plugin: Plugin;
  readonly stage: string;
}
