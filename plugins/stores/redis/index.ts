/** State in Redis (6.2 or later, or Valkey): shared by processes and machines, and as durable as that Redis is. */
import type { Stores } from "../stores";
import { RedisEventLog } from "./event-log";
import { RedisKv } from "./kv";
import { RedisLease } from "./lease";
import { RedisLimits } from "./limits";
import { type LinkOptions, RedisLink } from "./link";

export interface RedisStoresOptions extends LinkOptions {
  /** Processes with the same one share everything. No braces: it is a cluster's hash tag. Default `graft`. */
  readonly namespace?: string;
}

/** How long opening waits for the first connection. */
const FIRST_CONNECTION_MS = 1000;
const MIB = 1024 * 1024;

/**
 * Opens also when Redis cannot be reached: calls then reject with `unavailable` until it can.
 * @throws RangeError for a namespace with braces, TypeError for a URL that is none.
 */
export async function openRedisStores({ namespace = "graft", ...options }: RedisStoresOptions): Promise<Stores> {
  if (!/^[^{}]+$/.test(namespace)) throw new RangeError(`the namespace must not be empty or contain braces: ${namespace}`);
  const link = new RedisLink(options);
  await link.connected(FIRST_CONNECTION_MS);
  const limits = new RedisLimits(link, namespace);
  return {
    limits,
    exactLimits: limits,
    kv: new RedisKv(link, namespace, 16 * MIB),
    lease: new RedisLease(link, namespace),
    events: new RedisEventLog(link, namespace, 10_000),
    shared: true,
    redis: { namespace, link },
    close: () => link.close(),
  };
}
