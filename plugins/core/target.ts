import type { KeyRing } from "./key-ring";
import type { CodecTarget, HeaderMap, ProviderCodec } from "./provider";

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
}

/** One link of a chain. */
export interface Target extends CodecTarget {
  readonly provider: NamedProvider;
  /** Tokens of prompt and answer together; absent = not known, fits everything. */
  readonly contextWindow?: number;
  readonly weight: number;
  /** Time to response headers for one attempt. */
  readonly timeoutMs: number;
}

/** `provider/model`, for headers, facts and logs. */
export function targetLabel(target: Target): string {
  return `${target.provider.name}/${target.model}`;
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
  /** Empty lists = everybody. */
  readonly allow: { readonly callers: readonly string[]; readonly teams: readonly string[]; readonly groups: readonly string[] };
}

/** Which targets, in which order; a target that stands twice is a retry. */
export interface Plan {
  readonly alias: ModelAlias;
  readonly targets: readonly Target[];
}
