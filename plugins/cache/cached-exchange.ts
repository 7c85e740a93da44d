/** The cache in one exchange: an answer it has, an answer that is under way for another exchange, or an answer to keep. */
import { matches } from "../accounting";
import { GraftError } from "../core/errors";
import type { ChatEvent } from "../core/events";
import type { Exchange } from "../core/exchange";
import type { CacheStatus } from "../core/facts";
import type { Awaitable, Hooks, OwnAnswer } from "../core/plugin";
import type { Cache } from "./cache";
import type { Entry } from "./entry";
import { Filling } from "./filling";
import type { Follower, Leader } from "./flights";
import { type Directives, readDirectives } from "./key/directives";
import type { Named } from "./named";
import { paced } from "./replay";
import { revalidate } from "./revalidate";
import type { Similar } from "./semantic/semantic";
import { tellClient } from "./tell-client";

export class CachedExchange implements Hooks {
  /** There only while an answer is to be kept: others pass untouched. */
  event?: (event: ChatEvent) => Awaitable<readonly ChatEvent[]>;
  end?: () => Awaitable<readonly ChatEvent[]>;
  readonly #cache: Cache;
  readonly #exchange: Exchange;
  #named: Named | undefined;
  /** The client has not asked for a fresh one. */
  #takesStale = false;
  #filling: Filling | undefined;
  #follower: Follower | undefined;
  /** Nobody waits for this exchange any more. */
  #gone = false;
  /** What came last: a miss may be rescued with what is stale. */
  #status: CacheStatus | undefined;
  /** As the store said when there was no answer; see EntryStore. */
  #epoch: number | undefined;

  constructor(cache: Cache, exchange: Exchange) {
    this.#cache = cache;
    this.#exchange = exchange;
  }

  /** @throws GraftError 504 where the client wants a kept answer or none */
  async request(): Promise<OwnAnswer | undefined> {
    const { config } = this.#cache;
    const exchange = this.#exchange;
    // As if there were no cache.
    if (!matches(config.match, exchange)) return undefined;
    const asked = readDirectives(exchange.client.headers["cache-control"], new Set(config.client_directives));
    const named = this.#mayUse() ? await this.#cache.nameOf(exchange) : undefined;
    if (named === undefined) return this.#pass("bypass", asked);
    this.#named = named;
    this.#takesStale = !asked.noCache && asked.maxAge === undefined;
    if (asked.noCache) return this.#fill("bypass", asked);
    // What a client asks for in particular need not serve the others.
    const plain = !asked.noStore && !asked.onlyIfCached && asked.maxAge === undefined;
    if (!plain || !config.single_flight.enabled) return (await this.#lookUp(named, asked)) ?? this.#fill("miss", asked);
    const flight = this.#cache.flights.enter(named.key);
    return flight.role === "leader" ? await this.#lead(flight, named, asked) : await this.#follow(flight, named, asked);
  }

  /** Another attempt follows one that failed. */
  response(): void {
    this.#filling?.restart();
  }

  async rescue(error: GraftError): Promise<OwnAnswer | undefined> {
    const { config, entries, services } = this.#cache;
    if (
      this.#named === undefined ||
      !this.#takesStale ||
      config.stale_if_error_s === 0 ||
      !error.retryable ||
      error.options.ours === true
    )
      return undefined;
    const { entry } = await entries.get(this.#named.key);
    if (entry === undefined || services.clock.now() - entry.storedAt > 1000 * (config.ttl_s + config.stale_if_error_s))
      return undefined;
    this.#tell("stale", { entry });
    return { events: entry.events };
  }

  abandon(): void {
    this.#gone = true;
    this.#follower?.leave();
  }

  async log(): Promise<void> {
    this.#follower?.leave();
    if (this.#status !== undefined) this.#cache.count(this.#status);
    await this.#filling?.close();
  }

  #mayUse(): boolean {
    const { config } = this.#cache;
    const { max_temperature: ceiling } = config;
    // Providers take 1 where none is given.
    return ceiling === undefined || (this.#exchange.request.temperature ?? 1) <= ceiling;
  }

  /** First here, or alone: looks whether there is an answer, and sees to it that there is one. */
  async #lead(leader: Leader, named: Named, asked: Directives): Promise<OwnAnswer | undefined> {
    try {
      const found = await this.#lookUp(named, asked, leader);
      if (found !== undefined) return found;
      return await this.#takeOff(leader, named, asked, this.#epoch === undefined);
    } catch (thrown) {
      leader.fail();
      throw thrown;
    }
  }

  /** @param away the store has not answered: a request waits for it once, no more */
  async #takeOff(leader: Leader, named: Named, asked: Directives, away = false): Promise<OwnAnswer | undefined> {
    const other = await leader.takeOff(() => this.#fresh(named), away);
    return other === undefined ? this.#fill("miss", asked, leader) : await this.#follow(other, named, asked);
  }

  async #fresh({ key }: Named): Promise<Entry | undefined> {
    const { config, entries, services } = this.#cache;
    const { entry, epoch } = await entries.get(key);
    this.#epoch = epoch;
    return entry !== undefined && services.clock.now() - entry.storedAt <= 1000 * config.ttl_s ? entry : undefined;
  }

  async #follow(follower: Follower, named: Named, asked: Directives): Promise<OwnAnswer | undefined> {
    const { config, services } = this.#cache;
    const exchange = this.#exchange;
    this.#follower = follower;
    if (this.#gone) follower.leave();
    const live = exchange.head?.stream === true && services.host.liveFollowers;
    exchange.mayTake(config.single_flight.wait_ms + SLACK_MS);
    const ready = await follower.ready(!live);
    if (ready === undefined) return this.#fill("miss", asked);
    if (ready instanceof GraftError) {
      this.#tell("miss", { shared: true });
      throw ready;
    }
    if (ready !== "ready") {
      this.#follower = undefined;
      return await this.#takeOff(ready, named, asked);
    }
    const { found = "hit", similarity } = follower.entry ?? {};
    this.#tell(found, { shared: true, similarity });
    if (live) return { live: this.#read(follower) };
    const events: ChatEvent[] = [];
    for await (const batch of this.#read(follower)) for (const event of batch) events.push(event);
    return { events };
  }

  /** What it saves is known when it is complete. */
  async *#read(follower: Follower): AsyncGenerator<readonly ChatEvent[]> {
    yield* follower.events();
    if (follower.entry === undefined) return;
    this.#cache.countSaved(follower.entry);
    const { found = "hit", similarity } = follower.entry;
    tellClient(this.#exchange, found, { shared: true, similarity, entry: follower.entry }, this.#cache.services.clock.now());
  }

  /** @param leader whose followers get what is found */
  async #lookUp(named: Named, asked: Directives, leader?: Leader): Promise<OwnAnswer | undefined> {
    const { config, entries, services, semantic } = this.#cache;
    const { entry, epoch } = await entries.get(named.key);
    this.#epoch = epoch;
    const ageS = entry === undefined ? Number.POSITIVE_INFINITY : (services.clock.now() - entry.storedAt) / 1000;
    const oldest = Math.min(asked.maxAge ?? Number.POSITIVE_INFINITY, config.ttl_s);
    if (entry !== undefined && ageS <= oldest) {
      leader?.land(entry);
      return this.#serve("hit", entry);
    }
    if (entry !== undefined && asked.maxAge === undefined && ageS <= config.ttl_s + config.stale_while_revalidate_s) {
      const refreshed = revalidate(this.#cache, this.#exchange, this, { named, entry });
      if (refreshed !== undefined) {
        this.#exchange.background = refreshed;
        leader?.land(entry, { found: "stale" });
        return this.#serve("stale", entry);
      }
    }
    const mayFind = asked.maxAge === undefined && epoch !== undefined;
    const similar = mayFind ? await semantic?.find(this.#exchange, named) : undefined;
    if (similar !== undefined) {
      leader?.land(similar.entry, { found: "semantic", similarity: similar.similarity });
      return this.#serve("semantic", similar.entry, similar);
    }
    if (asked.onlyIfCached) throw notKept();
    return undefined;
  }

  #serve(status: CacheStatus, entry: Entry, similar?: Similar): OwnAnswer {
    this.#tell(status, { entry, similarity: similar?.similarity });
    const { config, services } = this.#cache;
    const streams = this.#exchange.head?.stream === true && services.host.liveFollowers;
    if (config.replay.pace === "paced" && streams) return { live: paced(entry.events, config.replay.chars_per_s) };
    return { events: entry.events };
  }

  /** The provider is asked, and what it says is kept. */
  #fill(status: CacheStatus, asked: Directives, leader?: Leader): undefined {
    this.#tell(status, {});
    const named = this.#named;
    const exchange = this.#exchange;
    if (named === undefined || asked.noStore) return;
    const { entries } = this.#cache;
    const epoch = this.#epoch === undefined ? entries.get(named.key).then((found) => found.epoch) : Promise.resolve(this.#epoch);
    // Encoded anew: nothing reaches a provider that is not in the name.
    exchange.encodeAnew();
    const filling = new Filling({ cache: this.#cache, exchange, named, leader, epoch });
    this.#filling = filling;
    this.event = (event) => filling.event(event);
    this.end = () => filling.end();
    if (leader !== undefined) exchange.followed = () => leader.followed;
  }

  #pass(status: CacheStatus, asked: Directives): undefined {
    if (asked.onlyIfCached) throw notKept();
    this.#tell(status, {});
  }

  #tell(status: CacheStatus, it: Parameters<typeof tellClient>[2]): void {
    this.#status = status;
    if (it.entry !== undefined) this.#cache.countSaved(it.entry);
    tellClient(this.#exchange, status, it, this.#cache.services.clock.now());
  }
}

/** Beyond the time for waiting, so that the wait ends before the host does. */
const SLACK_MS = 5000;

/** RFC 9111 §5.2.1.7 */
function notKept(): GraftError {
  return new GraftError(
    "timeout",
    "The cache has no answer to this request, and `cache-control: only-if-cached` wants no other.",
    {
      code: "not_cached",
      ours: true,
      shouldRetry: false,
    },
  );
}
