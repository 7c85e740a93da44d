/** Where vectors are searched, as the policy says. */
import { Pool } from "pg";
import type { PluginServices } from "../../../define-plugin";
import type { SemanticConfig } from "../../config";
import { EmbeddedIndex } from "./embedded-index";
import { PgVectorIndex } from "./pg-vector-index";
import { openRedisIndex } from "./redis/open-redis-index";
import type { VectorIndex } from "./vector-index";

type Services = Pick<PluginServices, "stores" | "clock" | "warn">;

export function openIndex(config: SemanticConfig, services: Services, onTrouble: (error: unknown) => void): VectorIndex {
  const { stores, clock } = services;
  if (config.index === "pgvector") return new PgVectorIndex(poolOf(config.postgres_url ?? ""), clock);
  const embedded = (): VectorIndex =>
    new EmbeddedIndex({
      clock,
      // In memory it would hold everything twice.
      ...(stores.shared ? { log: stores.events } : {}),
      maxBytes: config.max_index_mb * 1024 * 1024,
      onTrouble,
    });
  return config.index === "redis" ? new RedisOrEmbedded(services, embedded) : embedded();
}

/** Which it is is known when Redis has answered for the first time. */
class RedisOrEmbedded implements VectorIndex {
  readonly #services: Services;
  readonly #embedded: () => VectorIndex;
  #opening: Promise<VectorIndex> | undefined;

  constructor(services: Services, embedded: () => VectorIndex) {
    this.#services = services;
    this.#embedded = embedded;
  }

  async search(...asked: Parameters<VectorIndex["search"]>): ReturnType<VectorIndex["search"]> {
    return (await this.#open()).search(...asked);
  }

  async add(...given: Parameters<VectorIndex["add"]>): Promise<void> {
    await (await this.#open()).add(...given);
  }

  #open(): Promise<VectorIndex> {
    this.#opening ??= this.#find().catch((thrown: unknown) => {
      this.#opening = undefined;
      throw thrown;
    });
    return this.#opening;
  }

  async #find(): Promise<VectorIndex> {
    const { stores, clock, warn } = this.#services;
    const found = stores.redis && (await openRedisIndex(stores.redis.link, stores.redis.namespace, clock));
    if (found !== undefined) return found;
    warn({}, "this Redis has no vector search: vectors are searched in the process instead");
    return this.#embedded();
  }
}

/** One for all policies and configurations of the process; connections that are not used end by themselves. */
const pools = new Map<string, Pool>();
const CONNECTIONS = 4;
const PATIENCE_MS = 2000;

function poolOf(url: string): Pool {
  const known = pools.get(url);
  if (known !== undefined) return known;
  const pool = new Pool({
    connectionString: url,
    max: CONNECTIONS,
    allowExitOnIdle: true,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
    keepAlive: true,
  });
  // Of idle connections: the next query opens another one, and tells what is wrong.
  pool.on("error", () => {});
  pools.set(url, pool);
  return pool;
}
