/** A new answer behind the scenes, while the client already has the old one. */
import type { Exchange } from "../core/exchange";
import type { Hooks } from "../core/plugin";
import { type Target, targetLabel } from "../core/target";
import type { Cache, Named } from "./cache";
import { compactEvents } from "./entries/compact-events";
import { mayStore } from "./entries/may-store";

/** The exchange is on record when it has ended. */
const TIMEOUT_MS = 60_000;

/**
 * It is this exchange's side call, which pays for it. One at a time for each answer.
 * @returns undefined: it cannot be done this way, and the old answer should not be served. Else it never rejects
 */
export function revalidate(cache: Cache, exchange: Exchange, hook: Hooks, named: Named): Promise<void> | undefined {
  const { request, alias } = exchange;
  const target = alias?.targets.find((it) => exchange.forbids(it) === undefined);
  // Side calls read calls of custom tools as those of functions.
  if (target === undefined || request.tools?.some(({ kind }) => kind === "custom") === true) return undefined;
  const leader = cache.flights.enter(`again:${named.key}`);
  if (leader.role === "follower") {
    leader.leave();
    return Promise.resolve();
  }
  return (async () => {
    try {
      if ((await leader.takeOff(async () => undefined)) === undefined) await fetchAnew(cache, exchange, hook, named, target);
    } catch {
      // The old answer stays for as long as it may; the next request tries again.
    } finally {
      leader.fail();
    }
  })();
}

async function fetchAnew(cache: Cache, exchange: Exchange, hook: Hooks, named: Named, target: Target): Promise<void> {
  const { config, entries, services } = cache;
  const { epoch } = await entries.get(named.key);
  const asked = { purpose: "cache:revalidate", timeoutMs: Math.min(TIMEOUT_MS, target.totalTimeoutMs) };
  const answer = await services.sideCalls.ask(exchange, target, exchange.request, asked);
  const call = exchange.sideCalls.find(({ purpose }) => purpose === asked.purpose);
  const events = compactEvents(await exchange.throughInner(hook, answer));
  if (!mayStore(events, { maxBytes: config.max_entry_bytes, toolCalls: config.tool_calls })) return;
  const usage = call?.usage;
  const nanos = usage && services.accounting.cost(exchange, target, usage);
  const entry = {
    events,
    storedAt: services.clock.now(),
    target: targetLabel(target),
    dropped: [],
    ...(usage === undefined ? {} : { usage }),
    ...(nanos === undefined ? {} : { nanos }),
    ...(named.print.question === undefined ? {} : { question: named.print.question }),
  };
  if (await entries.set(named.key, entry, cache.keptMs, epoch))
    await cache.semantic?.add(exchange, named, entry.storedAt + cache.keptMs);
}
