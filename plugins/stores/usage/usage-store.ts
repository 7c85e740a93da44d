/**
 * The books: what every exchange used, kept for reports and for rebuilding budgets.
 *
 * Single records are kept for a while, sums of every hour for much longer. Both are written in one transaction, so whichever a
 * report is made of, its figures are the exact sums of the records added.
 */
import type { TokenKind, UsageRecord } from "./record";

export interface UsageStore {
  /**
   * All or nothing; records that are there already are left alone, so a batch that failed can be added again, for as long as
   * single records are kept.
   * @throws Error when the store cannot take them now
   */
  add(records: readonly UsageRecord[]): Promise<void>;
  /** @throws RangeError for a query that is none, Error when the store cannot answer */
  query(query: UsageQuery): Promise<UsageReport>;
  /** Nano-dollars since a time, at most 2^52, which exceeds every budget. Where only whole hours are kept, since the start of that hour. */
  spent(query: SpentQuery): Promise<number>;
  /** Forgets what is older than the store is to keep. Harmless when several processes do it. @param now milliseconds since the epoch */
  prune(now: number): Promise<void>;
  close(): Promise<void>;
}

/** Days and hours are UTC. A record counts under each of its tags, so rows by tag overlap; the total does not. */
export const GROUPINGS = [
  "model",
  "target",
  "alias",
  "caller",
  "team",
  "feature",
  "project",
  "tag",
  "policy",
  "provider",
  "status",
  "cache",
  "day",
  "hour",
] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** `session` is asked of single records only: it reaches back no further than they do. */
export type FilterField = Exclude<Grouping, "day" | "hour"> | "session";

/** Any of the values, in every field named. The empty text stands for none: no team, no tags. */
export type UsageFilter = { readonly [F in FilterField]?: readonly string[] | undefined };

/** A report is handed over in one go: more rows would hold up everything else in this process. */
export const MAX_ROWS = 10_000;

export interface UsageQuery {
  /** Milliseconds since the epoch, whole. */
  readonly from: number;
  /** Not included. */
  readonly to: number;
  /** None: the total only. */
  readonly groupBy: readonly Grouping[];
  readonly where?: UsageFilter | undefined;
  /** The dearest rows only. Default 1000, at most MAX_ROWS. */
  readonly limit?: number | undefined;
}

export interface SpentQuery {
  readonly since: number;
  readonly where?: UsageFilter | undefined;
}

export interface UsageFigures {
  readonly requests: number;
  /** Those with an error or a status from 400. */
  readonly errors: number;
  /** Whose cost nobody knows, or not all of it: that is missing from `costNanos`. */
  readonly unpricedRequests: number;
  /** Whose tokens or price are an estimate. */
  readonly estimatedRequests: number;
  /** Of all requests together. */
  readonly durationMs: number;
  readonly tokens: Readonly<Record<TokenKind, number>>;
  /** Nano-dollars; a sum may be more than a double holds exactly (9 million dollars). */
  readonly costNanos: bigint;
  /** Answered from a cache: what those answers had used, input and output, and cost where that was known. */
  readonly cacheHits: number;
  readonly savedTokens: number;
  readonly savedNanos: bigint;
}

export interface UsageRow extends UsageFigures {
  /** One text for each grouping asked for: `""` = none, `2026-11-20` for a day, `2026-11-20T14:00Z` for an hour. */
  readonly group: { readonly [G in Grouping]?: string };
}

export interface UsageReport {
  /**
   * What the figures cover, exactly. As asked, but: whole hours where the single records of an hour are forgotten, and no more than is
   * kept at all.
   */
  readonly from: number;
  readonly to: number;
  /** Dearest first. */
  readonly rows: readonly UsageRow[];
  /** There are more rows than `limit`. */
  readonly more: boolean;
  /** Over all records that fit, summed up by itself. */
  readonly total: UsageFigures;
}

export interface Retention {
  /** Single records. Default 35. */
  readonly recordDays?: number | undefined;
  /** Hourly sums, never less than the records. Default 400. */
  readonly hourDays?: number | undefined;
}
