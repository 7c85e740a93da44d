import type { KeyRing } from "./key-ring";
import type { CodecTarget, HeaderMap, ProviderCodec } from "./provider";
import type { TargetHealth } from "./target-health";

/** How to reach a provider, for hosts that connect to it themselves. */
export interface Connection {
  readonly connectTimeoutMs: number;
  /** Requests at one time; one more goes to the next target. */
  readonly maxConcurrent: number;
  /** Names that resolve to link-local and metadata addresses are refused unless this is set. */
  readonly allowLinkLocal: boolean;
  /** Paths are absolute. */
  readonly tls?: {
    readonly caFile?: string;
    readonly certFile?: string;
    readonly keyFile?: string;
    readonly serverName?: string;
  };
}

/** A provider of the configuration: a codec with an address and credentials. Lives as long as its configuration. */
export interface NamedProvider {
  readonly name: string;
  readonly codec: ProviderCodec;
  readonly scheme: "http" | "https";
  /** `host` or `host:port`, as it goes into `:authority`. */
  readonly authority: string;
  /** Path of the base URL without trailing slash, often empty. */
  readonly basePath: string;
  /** Extra headers from config, on every request. */
  readonly headers: HeaderMap;
  readonly keys: KeyRing;
  readonly health: TargetHealth;
  readonly connection: Connection;
}

/** One link of a chain. */
export interface Target extends CodecTarget {
  readonly provider: NamedProvider;
  /** Tokens of prompt and answer together; absent = not known, fits everything. */
  readonly contextWindow?: number;
  /** Where it is, in the operator's words: `eu`, `eu-west-1`. Absent = nobody said. */
  readonly region?: string;
  readonly tags: readonly string[];
  readonly weight: number;
  /** Until the answer begins: its head and, of a stream, its first event. */
  readonly timeoutMs: number;
  /** Between two pieces of an answer. */
  readonly idleTimeoutMs: number;
  /** For a whole attempt, streaming included. */
  readonly totalTimeoutMs: number;
}

/** `provider/model`, for headers, facts and logs. */
export function targetLabel(target: Target): string {
  return `${target.provider.name}/${target.model}`;
}

/** Waiting before a target is asked again. */
export interface Backoff {
  /** Before the first repetition, at most; doubled each time. */
  readonly baseMs: number;
  /** The longest wait, also of what a provider asks for in `retry-after`. */
  readonly maxMs: number;
}

/** What the client calls a model: the first alias whose name matches is used. */
export interface ModelAlias {
  /** A name, or a pattern with one `*`. */
  readonly name: string;
  readonly strategy: string;
  /** A `*` in a target model stands for what the pattern's `*` matched. */
  readonly targets: readonly Target[];
  readonly attempts: number;
  /** Statuses that move on to the next attempt. */
  readonly fallbackStatuses: readonly number[];
  readonly backoff: Backoff;
  /** Empty lists = everybody. */
  readonly allow: { readonly callers: readonly string[]; readonly teams: readonly string[]; readonly groups: readonly string[] };
}

/** Which targets, in which order; a target that stands twice is a retry. */
export interface Plan {
  readonly alias: ModelAlias;
  readonly targets: readonly Target[];
}
