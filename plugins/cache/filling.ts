/** An answer on its way to a client, to be kept when it is complete. */
import type { ErrorKind, GraftError } from "../core/errors";
import type { ChatEvent } from "../core/events";
import type { Exchange } from "../core/exchange";
import { targetLabel } from "../core/target";
import type { Cache, Named } from "./cache";
import { compactEvents } from "./entries/compact-events";
import { mayStore } from "./entries/may-store";
import type { Entry } from "./entry";
import type { Leader } from "./flights";

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
  #chars = 0;
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
    this.#chars = 0;
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
    if (!this.#failed) this.#storing = this.#store();
    return [];
  }

  /** When the exchange is over. An answer that could not go out is not kept either. */
  async close(): Promise<void> {
    const { cache, named, leader, exchange } = this.#parts;
    const stored = await this.#storing;
    leader?.fail(failureOf(exchange));
    if (stored === true && exchange.error !== undefined) await cache.entries.forget(named.key);
  }

  #keep(event: ChatEvent): void {
    this.#begun = true;
    this.#parts.leader?.push(event);
    if (event.type === "delta") this.#chars += event.text.length + (event.data?.length ?? 0);
    if (this.#chars > this.#parts.cache.config.max_entry_bytes) this.#events = undefined;
    else this.#events?.push(event);
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
    const { max_entry_bytes: maxBytes, tool_calls: toolCalls } = cache.config;
    const events = this.#events && compactEvents(this.#events);
    const { attempt } = exchange;
    if (events === undefined || attempt === undefined || !mayStore(events, { maxBytes, toolCalls })) return undefined;
    const usage = cache.services.accounting.told(exchange)?.usage;
    // Without side calls: those a hit makes as well.
    const nanos = usage && cache.services.accounting.cost(exchange, attempt.target, usage);
    const { question } = named.print;
    return {
      events,
      storedAt: cache.services.clock.now(),
      target: targetLabel(attempt.target),
      dropped: attempt.dropped,
      ...(usage === undefined ? {} : { usage }),
      ...(nanos === undefined ? {} : { nanos }),
      ...(cache.semantic === undefined || question === undefined ? {} : { question }),
    };
  }
}

/** What only this exchange has come to. */
const OWN: ReadonlySet<ErrorKind> = new Set<ErrorKind>(["client_closed", "internal", "content_blocked"]);

/** What any exchange with this request would come to now: providers were asked, and none had an answer. */
function failureOf({ attempt, error: last }: Exchange): GraftError | undefined {
  const error = attempt?.error ?? last;
  return attempt === undefined || error === undefined || error.options.ours === true || OWN.has(error.kind) ? undefined : error;
}
