/** The columns that both tables share, and what a record looks like in them. */
import { createHash } from "node:crypto";
import { TOKEN_KINDS, type TokenKind, type UsageRecord } from "./record";

/** Texts; `''` = none. What sums can be grouped by and filtered on. */
export const DIMENSIONS = [
  "policy",
  "caller",
  "team",
  "feature",
  "project",
  "tags",
  "alias",
  "target",
  "provider",
  "model",
  "status",
  "cache",
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** `cacheRead` → `cache_read`. */
export const TOKEN_COLUMNS: readonly (readonly [TokenKind, string])[] = TOKEN_KINDS.map((kind) => [
  kind,
  kind.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
]);

/** Whole numbers that are summed up; the order in which reports are read. */
export const MEASURES: readonly string[] = [
  "requests",
  "errors",
  "unpriced",
  "estimated",
  "duration_ms",
  "cost_nanos",
  "cache_hits",
  "saved_nanos",
  "saved_tokens",
  ...TOKEN_COLUMNS.map(([, column]) => column),
];

/** What single records have beyond dimensions and measures. */
export const RECORD_TEXTS = ["exchange", "request_id", "session", "outcome", "error", "priced"] as const;
export const RECORD_NUMBERS = ["at", "hour", "attempts", "streamed", "usage_estimated", "first_byte_ms"] as const;

export const RECORD_COLUMNS: readonly string[] = [...RECORD_TEXTS, ...RECORD_NUMBERS, ...DIMENSIONS, ...MEASURES];
/** `series` tells the rows of an hour apart: a digest, for the dimensions are too long for a key. */
export const HOUR_COLUMNS: readonly string[] = ["hour", "series", ...DIMENSIONS, ...MEASURES];

export type Row = Readonly<Record<string, string | number | null>>;

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** As far as dates go. */
export const MAX_TIME = 8.64e15;
export const MAX_NANOS = 2 ** 52;
/** Tokens of one answer, milliseconds, attempts: core lets no more through either. */
const MAX_COUNT = 1e9;
const MAX_TEXT = 256;
const MAX_TAGS = 32;
const FROM_CACHE: ReadonlySet<UsageRecord["cache"]> = new Set(["hit", "semantic", "stale"]);

/**
 * Always one that both databases take: a record that one of them refused would be in the way of all that come after it. Texts are
 * made storable and cut, numbers made whole; a cost that is no amount is an unknown one.
 */
export function toRow(record: UsageRecord): Row {
  const { tokens, costNanos, priced } = record;
  const known = isAmount(costNanos);
  const at = whole(record.at, MAX_TIME);
  const target = storable(record.target);
  const tags = [...new Set(record.tags.slice(0, MAX_TAGS).map(storable))].filter((tag) => tag !== "").sort();
  const row: Record<string, string | number | null> = {
    exchange: storable(record.exchange),
    request_id: storable(record.requestId),
    session: storable(record.session),
    outcome: record.outcome,
    error: storable(record.error),
    priced: record.priced,
    at,
    hour: at - (at % HOUR_MS),
    attempts: whole(record.attempts),
    streamed: record.stream ? 1 : 0,
    usage_estimated: record.usageEstimated ? 1 : 0,
    first_byte_ms: record.firstByteMs === undefined ? null : whole(record.firstByteMs),
    policy: storable(record.policy),
    caller: storable(record.caller),
    team: storable(record.team),
    feature: storable(record.feature),
    project: storable(record.project),
    tags: JSON.stringify(tags),
    alias: storable(record.alias),
    target,
    provider: target.split("/", 1)[0] ?? "",
    model: storable(record.model),
    status: String(whole(record.status)),
    cache: storable(record.cache),
    requests: 1,
    errors: (record.error ?? "") !== "" || record.status >= 400 ? 1 : 0,
    unpriced: priced === "unknown" || (!known && priced !== "none") ? 1 : 0,
    estimated: record.usageEstimated || priced === "estimated" ? 1 : 0,
    duration_ms: whole(record.durationMs),
    cost_nanos: known ? whole(costNanos, MAX_NANOS) : 0,
    cache_hits: FROM_CACHE.has(record.cache) ? 1 : 0,
    saved_nanos: isAmount(record.savedNanos) ? whole(record.savedNanos, MAX_NANOS) : 0,
    saved_tokens: whole(record.savedTokens ?? 0),
  };
  for (const [kind, column] of TOKEN_COLUMNS) row[column] = whole(tokens[kind] ?? 0);
  row["series"] = seriesOf(row);
  return row;
}

function isAmount(nanos: number | undefined): nanos is number {
  return nanos !== undefined && nanos >= 0 && nanos <= MAX_NANOS;
}

/** Postgres stores neither NUL nor half characters. */
export function storable(text: string | undefined): string {
  return text === undefined ? "" : text.slice(0, MAX_TEXT).replace(/[\0\ud800-\udfff]/gu, "\ufffd");
}

function whole(value: number, most = MAX_COUNT): number {
  return value > 0 ? Math.min(Math.round(value), most) : 0;
}

function seriesOf(row: Row): string {
  const names = JSON.stringify(DIMENSIONS.map((dimension) => row[dimension]));
  return createHash("sha256").update(names).digest("base64url");
}
