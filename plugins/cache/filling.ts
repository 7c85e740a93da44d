/** An answer on its way to a client, to be kept when it is complete. */
import type { ErrorKind, GraftError } from "../core/errors";
import type { ChatEvent } from "../core/events";
import type { Exchange } from "../core/exchange";
import type { Cache } from "./cache";
import { isComplete } from "./entries/is-complete";
import { leastBytes } from "./entries/least-bytes";
import type { Entry } from "./entry";
import { entryOf } from "./entry-of";
import type { Leader } from "./flights";
import type { Named } from "./named";

export interface FillingParts {
  readonly cache: Cache;
  readonly exchange: Exchange;
  readonly named: Named;
  readonly leader: Leader | undefined;
  /** See EntryStore. */
  readonly epoch: Promise<number | undefined>;
}

export class Filling {
  readonly #parts: FillingParts;
  /** Absent once the answer is too long to be kept. */
  #events: ChatEvent[] | undefined = [];
  #bytes = 0;
  #begun = false;
  #failed = false;
  #storing: Promise<boolean> | undefined;

  constructor(parts: FillingParts) {
    this.#parts = parts;
  }

  /** What came of an attempt that another one follows is nobody's answer. */
  restart(): void {
    if (this.#begun) this.#parts.leader?.restart();
    this.#events = [];
    this.#bytes = 0;
    this.#begun = false;
    this.#failed = false;
  }

  event(event: ChatEvent): readonly ChatEvent[] {
    if (event.type === "error") this.#failed = true;
    else if (!this.#failed) this.#keep(event);
    return [event];
  }

  /** Nobody waits for the store. */
  end(): readonly ChatEvent[] {
    if (this.#failed) return [];
    const { cache, exchange } = this.#parts;
    const storing = this.#store();
    this.#storing = storing;
    // It may take a call for a vector, which is this exchange's to pay.
    if (cache.semantic !== undefined) exchange.background = settled(storing);
    return [];
  }

  /** When the exchange is over. An answer that could not go out is not kept either. */
  async close(): Promise<void> {
    const { cache, named, leader, exchange } = this.#parts;
    const stored = await this.#storing;
    // What stopped it was this exchange's own: those who follow look for themselves.
    if (this.#storing === undefined && !this.#failed && isComplete(this.#events ?? [])) await leader?.end(undefined);
    // One that broke off in the middle could not go on to the next target any more: others still can.
    leader?.fail(this.#begun ? undefined : failureOf(exchange));
    if (stored === true && exchange.error !== undefined) await cache.entries.forget(named.key);
  }

  #keep(event: ChatEvent): void {
    this.#begun = true;
    this.#parts.leader?.push(event);
    if (this.#events === undefined) return;
    this.#bytes += leastBytes(event);
    if (this.#bytes > this.#parts.cache.config.max_entry_bytes) this.#events = undefined;
    else this.#events.push(event);
  }

  async #store(): Promise<boolean> {
    const { cache, named, leader, exchange, epoch } = this.#parts;
    const entry = this.#entry();
    const kept = entry !== undefined && (await cache.entries.set(named.key, entry, cache.keptMs, await epoch));
    await leader?.end(kept ? entry : undefined);
    if (kept) await cache.semantic?.add(exchange, named, entry.storedAt + cache.keptMs);
    return kept;
  }

  #entry(): Entry | undefined {
    const { cache, exchange, named } = this.#parts;
    const { attempt } = exchange;
    if (this.#events === undefined || attempt === undefined) return undefined;
    const { target, dropped } = attempt;
    const usage = cache.services.accounting.told(exchange)?.usage;
    return entryOf(cache, exchange, named, { events: this.#events, target, usage, dropped });
  }
}

async function settled(work: Promise<unknown>): Promise<void> {
  await Promise.allSettled([work]);
}

/** What only this exchange has come to. */
const OWN: ReadonlySet<ErrorKind> = new Set<ErrorKind>(["client_closed", "internal", "content_blocked"]);

/** What any exchange with this request would come to now: providers were asked, and none had an answer. */
function failureOf({ attempt, error: last }: Exchange): GraftError | undefined {
  const error = attempt?.error ?? last;
  return attempt === undefined || error === undefined || error.options.ours === true || OWN.has(error.kind) ? undefined : error;
}
