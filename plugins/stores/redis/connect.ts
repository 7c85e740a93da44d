import type { Cluster, Redis } from "ioredis";
import { pause } from "./pause";
import { type RedisUrl, readUrl } from "./read-url";

export interface ConnectOptions {
  /**
   * `redis://[user:password@]host[:port][/db]`, `rediss://` for TLS, or the path of a unix socket. With `cluster` one of its nodes
   * (TLS and credentials serve for all of them, and there is no db); with `sentinel` a sentinel (credentials and db are the
   * primary's).
   */
  readonly url: string;
  /** In place of those in the URL. */
  readonly username?: string;
  readonly password?: string;
  /** PEM texts and the name the certificate must have; for what the system's authorities do not vouch for, and client certificates. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly servername?: string };
  readonly cluster?: boolean;
  /** `name` is what the sentinels call the group whose primary is wanted. */
  readonly sentinel?: { readonly name: string; readonly username?: string; readonly password?: string };
  /** More nodes of the cluster, or sentinels, as `host:port`, for when the one in the URL is down. */
  readonly nodes?: readonly string[];
}

export type Client = Redis | Cluster;

/** Read when a Redis is configured: it is a tenth of all that a process reads at its start. */
const ioredis = (): typeof import("ioredis") => require("ioredis");

/** No answer to a handshake for this long: the connection is given up and another attempted. */
const HANDSHAKE_MS = 1000;

/** What owes answers and keeps silent for so long is dead. Not shorter: a process that was held up itself has answers it has not read yet. */
const SILENCE_MS = 3000;

const COMMON = {
  connectTimeout: HANDSHAKE_MS,
  // Covers the handshake as well, which `connectTimeout` does not.
  socketTimeout: SILENCE_MS,
  // A connection given up is destroyed, not waited for: the other side may be stopped or gone.
  disconnectTimeout: 100,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  // The primary became a replica: its name or address leads to another one by now.
  reconnectOnError: (error: Error) => error.message.startsWith("READONLY"),
};
const SINGLE = { ...COMMON, retryStrategy: pause, enableOfflineQueue: false };

/**
 * A client that holds nothing back: a command is sent at once or refused at once, and never sent twice. It attempts to reconnect
 * one connection at a time.
 * @throws RangeError for options that no connection can be made with; it does not repeat them, they hold a password.
 */
export function connect(options: ConnectOptions): Client {
  const { Redis } = ioredis();
  const { cluster = false, sentinel, nodes = [] } = options;
  if (cluster && sentinel !== undefined) throw new RangeError("redis: a cluster has no sentinels");
  const given = {
    ...(options.username === undefined ? {} : { username: options.username }),
    ...(options.password === undefined ? {} : { password: options.password }),
  };
  if (options.url.startsWith("/")) return new Redis({ ...SINGLE, ...given, path: options.url });

  const { address, secure, db, ...inUrl } = readUrl(options.url);
  const peers = [address, ...nodes.map((node) => readUrl(`redis://${node}`).address)];
  const access = { ...inUrl, ...given, ...(secure ? { tls: { ...options.tls } } : {}) };
  if (cluster) {
    if (db !== 0) throw new RangeError("redis: a cluster has no db");
    return connectCluster(peers, access, secure);
  }
  if (sentinel === undefined) return new Redis({ ...SINGLE, ...access, ...address, db });
  return new Redis({
    ...SINGLE,
    ...access,
    db,
    sentinels: peers,
    name: sentinel.name,
    sentinelRetryStrategy: pause,
    sentinelCommandTimeout: HANDSHAKE_MS,
    ...(secure ? { enableTLSForSentinelMode: true, sentinelTLS: { ...options.tls } } : {}),
    ...(sentinel.username === undefined ? {} : { sentinelUsername: sentinel.username }),
    ...(sentinel.password === undefined ? {} : { sentinelPassword: sentinel.password }),
  });
}

function connectCluster(nodes: RedisUrl["address"][], access: object, secure: boolean): Cluster {
  const { Cluster } = ioredis();
  return new Cluster(nodes, {
    redisOptions: { ...COMMON, ...access },
    clusterRetryStrategy: pause,
    enableOfflineQueue: false,
    // Whoever asked has been told by the time of a second attempt. A slot that moved is followed at once all the same.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    // Certificates carry names, and a cluster lists addresses: resolving names first would lose them.
    ...(secure ? { dnsLookup: (address: string, found: (error: null, to: string) => void) => found(null, address) } : {}),
  });
}
