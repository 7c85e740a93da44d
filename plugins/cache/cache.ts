/** The cache of one policy: what its exchanges share. */

import { GraftError } from "../core/errors";
import type { Exchange } from "../core/exchange";
import type { CacheStatus } from "../core/facts";
import type { HeaderMap } from "../core/provider";
import type { PluginServices, PolicyFacts } from "../define-plugin";
import type { CacheConfig } from "./config";
import { dependsOnMore } from "./depends-on-more";
import { EntryStore } from "./entries/entry-store";
import type { Entry } from "./entry";
import { Flights } from "./flights";
import { readClientKey } from "./key/directives";
import { fingerprint } from "./key/fingerprint";
import { partitionOf } from "./key/partition";
import { Secret } from "./key/secret";
import type { Named } from "./named";
import { namespaceOf } from "./namespace";
import { openSemantic, type Semantic } from "./semantic/semantic";

export class Cache {
  readonly config: CacheConfig;
  readonly services: PluginServices;
  readonly entries: EntryStore;
  readonly flights: Flights;
  readonly semantic: Semantic | undefined;
  readonly count: (status: CacheStatus) => void;
  readonly countSaved: (saved: Pick<Entry, "usage" | "nanos">) => void;
  readonly #policy: PolicyFacts;
  readonly #secret: Secret;

  constructor(config: CacheConfig, services: PluginServices, policy: PolicyFacts) {
    const { stores, clock, newId } = services;
    const namespace = namespaceOf(config, policy.scope);
    const onTrouble = complainer(services, policy.name);
    this.config = config;
    this.services = services;
    this.#policy = policy;
    this.#secret = new Secret({ kv: stores.kv, clock, configured: config.secret, onTrouble });
    this.entries = new EntryStore({ kv: stores.kv, namespace, maxBytes: config.max_entry_bytes, onTrouble });
    this.flights = new Flights({
      lease: stores.lease,
      log: stores.events,
      kv: stores.kv,
      clock,
      shared: stores.shared,
      maxBytes: config.max_entry_bytes,
      waitMs: config.single_flight.wait_ms,
      newId,
      onTrouble,
    });
    this.semantic =
      config.semantic &&
      openSemantic(config.semantic, this.entries, services, policy, { maxAgeMs: 1000 * config.ttl_s, onTrouble });
    const { count, countSaved } = counters(services, policy.name);
    this.count = count;
    this.countSaved = countSaved;
  }

  /** How long an entry is worth keeping. */
  get keptMs(): number {
    const { ttl_s, stale_while_revalidate_s, stale_if_error_s } = this.config;
    return 1000 * (ttl_s + Math.max(stale_while_revalidate_s, stale_if_error_s));
  }

  /** @returns undefined: its answer must not be kept. @throws GraftError for a client's key that is none */
  async nameOf(exchange: Exchange): Promise<Named | undefined> {
    const { client, alias, request } = exchange;
    const partition = partitionOf(this.config.scope, client.caller, this.#policy.scope);
    const targets = alias?.targets.filter((target) => exchange.forbids(target) === undefined) ?? [];
    if (partition === undefined || alias === undefined || targets.length === 0) return undefined;
    if (dependsOnMore(request)) return undefined;
    const headers = this.headersOf(exchange);
    const { answerVersion: versions } = this.#policy;
    const print = fingerprint(request, { alias, targets, headers, versions, clientKey: readClientKey(client.headers) });
    const secret = await this.#secret.get();
    return { key: print.exact(secret, partition), rest: () => print.rest(secret, partition), print };
  }

  /** What providers get of the client's headers, and may answer by. */
  headersOf({ client }: Exchange): HeaderMap {
    const headers: Record<string, string> = {};
    for (const name of this.#policy.forwardHeaders) {
      const value = client.headers[name];
      if (value !== undefined) headers[name] = value;
    }
    return headers;
  }
}

/** Once a minute at most: a store that is away fails every exchange. */
const COMPLAIN_EVERY_MS = 60_000;

function complainer({ clock, warn, metrics }: PluginServices, policy: string): (error: unknown) => void {
  const count = metrics.counter("graft_cache_errors_total", "Times the store of answers or what it needs failed", ["policy"]);
  let last = Number.NEGATIVE_INFINITY;
  return (error) => {
    count({ policy });
    if (clock.monotonic() - last < COMPLAIN_EVERY_MS) return;
    last = clock.monotonic();
    warn({ policy, cause: causeOf(error) }, "the cache is not what it should be; requests go on without it");
  };
}

/** A provider's own words may repeat what it was asked. */
function causeOf(error: unknown): string {
  if (!(error instanceof GraftError)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.kind;
}

function counters({ metrics }: PluginServices, policy: string): Pick<Cache, "count" | "countSaved"> {
  const requests = metrics.counter("graft_cache_requests_total", "Requests by what the cache had for them", ["policy", "status"]);
  const tokens = metrics.counter("graft_cache_saved_tokens_total", "Tokens that answers from the cache had used", ["policy"]);
  const dollars = metrics.counter("graft_cache_saved_usd_total", "What answers from the cache had cost, US dollars", ["policy"]);
  return {
    count: (status) => requests({ policy, status }),
    countSaved({ usage, nanos }) {
      if (usage !== undefined) tokens({ policy }, usage.input + usage.output);
      if (nanos !== undefined) dollars({ policy }, nanos / 1e9);
    },
  };
}
