/** What one exchange used and cost: the line of the books that every report and budget is made of. */
import type { CacheStatus } from "../../core/facts";
import type { Outcome } from "../../core/record";

/** As in core's `Usage`: `input` and `output` include the others, `webSearches` are pieces. */
export const TOKEN_KINDS = [
  "input",
  "output",
  "cacheRead",
  "cacheWrite",
  "cacheWriteHour",
  "reasoning",
  "audioInput",
  "audioOutput",
  "imageInput",
  "imageOutput",
  "webSearches",
] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

/** Absent texts and empty ones are the same. */
export interface UsageRecord {
  /** When the exchange ended, milliseconds since the epoch. Decides which hour it counts in. */
  readonly at: number;
  /** Unique: a record added twice counts once. */
  readonly exchange: string;
  readonly requestId: string;
  readonly policy: string;
  readonly caller: string;
  readonly team?: string | undefined;
  readonly tags: readonly string[];
  readonly feature?: string | undefined;
  readonly project?: string | undefined;
  readonly session?: string | undefined;
  readonly alias?: string | undefined;
  /** `provider/model`, as configured. */
  readonly target?: string | undefined;
  /** The provider's own name for it. */
  readonly model?: string | undefined;
  readonly attempts: number;
  readonly stream: boolean;
  readonly status: number;
  readonly outcome: Outcome;
  readonly error?: string | undefined;
  readonly tokens: { readonly [K in TokenKind]?: number | undefined };
  /** Counted by us because the provider said nothing. */
  readonly usageEstimated: boolean;
  /** What a cache had for it; absent: nobody asked one. */
  readonly cache?: CacheStatus | undefined;
  /** What its answer from the cache had cost and used, input and output; absent = there was none, or nobody knows. */
  readonly savedNanos?: number | undefined;
  readonly savedTokens?: number | undefined;
  /** Whole nano-dollars, at most 2^52; absent = nobody knows. With `unknown`: what is known of it. */
  readonly costNanos?: number | undefined;
  /** What the cost rests on. `unknown`: there is no price for all or a part of it; `none`: there was nothing to pay for. */
  readonly priced: "table" | "override" | "estimated" | "unknown" | "none";
  readonly durationMs: number;
  readonly firstByteMs?: number | undefined;
}
