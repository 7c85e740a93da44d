/** A new answer behind the scenes, while the client already has the old one. */
import type { Exchange } from "../core/exchange";
import type { Hooks } from "../core/plugin";
import type { Target } from "../core/target";
import type { Cache } from "./cache";
import type { Entry } from "./entry";
import { entryOf } from "./entry-of";
import type { Named } from "./named";

interface Stale {
  readonly named: Named;
  readonly entry: Entry;
}

/** The exchange is on record when it has ended. */
const TIMEOUT_MS = 60_000;

/**
 * It is this exchange's side call, which pays for it. One at a time for each answer.
 * @returns undefined: it cannot be done this way, and the old answer should not be served. Else it never rejects
 */
export function revalidate(cache: Cache, exchange: Exchange, hook: Hooks, stale: Stale): Promise<void> | undefined {
  const target = exchange.alias?.targets.find((it) => exchange.forbids(it) === undefined);
  if (target === undefined || !mayBeSideCall(cache, exchange, target, stale.entry)) return undefined;
  const { named } = stale;
  const leader = cache.flights.enter(`again:${named.key}`);
  if (leader.role === "follower") {
    leader.leave();
    return Promise.resolve();
  }
  return (async () => {
    try {
      if ((await leader.takeOff(async () => undefined)) === undefined) await fetchAnew(cache, exchange, hook, stale, target);
    } catch {
      // The old answer stays for as long as it may; the next request tries again.
    } finally {
      leader.fail();
    }
  })();
}

/** Whether a side call would be answered as the client's own. */
function mayBeSideCall(cache: Cache, exchange: Exchange, target: Target, { dropped }: Entry): boolean {
  const { request } = exchange;
  // Side calls read calls of custom tools as those of functions, and take along no header of the client's.
  if (request.tools?.some(({ kind }) => kind === "custom") === true) return false;
  if (Object.keys(cache.headersOf(exchange)).length > 0) return false;
  try {
    // Another target may honour less, and nobody would be told, or asked whether that will do.
    const encoded = target.provider.codec.encodeRequest({ ...request, stream: false, includeUsage: false }, target);
    return encoded.dropped.join() === dropped.join();
  } catch {
    return false;
  }
}

async function fetchAnew(cache: Cache, exchange: Exchange, hook: Hooks, stale: Stale, target: Target): Promise<void> {
  const { named } = stale;
  const { entries, services } = cache;
  const { epoch } = await entries.get(named.key);
  const asked = { purpose: "cache:revalidate", timeoutMs: Math.min(TIMEOUT_MS, target.totalTimeoutMs) };
  const answer = await services.sideCalls.ask(exchange, target, exchange.request, asked);
  const call = exchange.sideCalls.find(({ purpose }) => purpose === asked.purpose);
  const events = await exchange.throughInner(hook, answer);
  const entry = entryOf(cache, exchange, named, { events, target, usage: call?.usage, dropped: stale.entry.dropped });
  if (entry !== undefined && (await entries.set(named.key, entry, cache.keptMs, epoch)))
    await cache.semantic?.add(exchange, named, entry.storedAt + cache.keptMs);
}
