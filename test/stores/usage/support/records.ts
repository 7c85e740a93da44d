import fc from "fast-check";
import { TOKEN_KINDS, type UsageRecord } from "../../../../plugins/stores/usage/record";

export const HOUR = 3_600_000;
/** 2026-11-20T00:00Z. */
export const DAY_START = 1_795_132_800_000;

let made = 0;

/** A record like any other, but for what is given. */
export function usageRecord(given: Partial<UsageRecord> = {}): UsageRecord {
  made += 1;
  return {
    at: DAY_START,
    exchange: `exchange-${made}`,
    requestId: `request-${made}`,
    policy: "chat",
    caller: "jwt:idp|alice",
    tags: [],
    attempts: 1,
    stream: false,
    status: 200,
    outcome: "complete",
    tokens: { input: 10, output: 5 },
    usageEstimated: false,
    costNanos: 1000,
    priced: "table",
    durationMs: 20,
    ...given,
  };
}

const oneOf = (...values: string[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
/** What clients may send where a name is expected. */
const odd = fc.constantFrom(
  "\0",
  "a\0b",
  "\ud800",
  "𝄞",
  "'; drop table usage_records; --",
  "__proto__",
  "x".repeat(300),
  '"',
  "\\u0000",
);

/** Few names, so that groups hold several; times within a few hours, with their edges. */
export function recordsWithin(hours: number): fc.Arbitrary<UsageRecord> {
  const at = fc.oneof(
    fc.integer({ min: 0, max: hours * HOUR - 1 }),
    fc.tuple(fc.integer({ min: 0, max: hours - 1 }), fc.constantFrom(0, 1, HOUR - 1)).map(([hour, ms]) => hour * HOUR + ms),
  );
  const count = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5000 }));
  return fc.record({
    at: at.map((ms) => DAY_START + ms),
    exchange: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 1e9 })).map((it) => `e${it}`),
    requestId: fc.constant("r"),
    policy: fc.constantFrom("chat", "code"),
    caller: fc.oneof(fc.constantFrom("alice", "bob", "carol"), odd),
    team: oneOf("red", "blue", ""),
    tags: fc.array(fc.oneof(fc.constantFrom("t1", "t2", "t3", ""), odd), { maxLength: 3 }),
    feature: fc.option(fc.oneof(fc.constantFrom("search", "sum"), odd), { nil: undefined }),
    project: oneOf("p1"),
    session: oneOf("s1", "s2"),
    alias: oneOf("fast", "smart"),
    target: oneOf("openai/gpt-4o", "anthropic/claude", "openai/o3/x", "bare"),
    model: oneOf("gpt-4o-2024-08-06", "claude"),
    attempts: fc.integer({ min: 0, max: 3 }),
    stream: fc.boolean(),
    status: fc.constantFrom(0, 200, 429, 500),
    outcome: fc.constantFrom("complete", "aborted"),
    error: oneOf("timeout", ""),
    tokens: fc.record(
      Object.fromEntries(TOKEN_KINDS.map((kind) => [kind, count])) as Record<(typeof TOKEN_KINDS)[number], typeof count>,
      { requiredKeys: [] },
    ),
    usageEstimated: fc.boolean(),
    cache: fc.constantFrom(undefined, "hit", "semantic", "stale", "miss", "bypass"),
    savedNanos: fc.option(fc.oneof(fc.nat(1e9), fc.integer({ min: 0, max: 2 ** 52 })), { nil: undefined }),
    savedTokens: fc.option(fc.nat(1e6), { nil: undefined }),
    costNanos: fc.option(fc.oneof(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 0, max: 2 ** 52 })), { nil: undefined }),
    priced: fc.constantFrom("table", "override", "estimated", "unknown", "none"),
    durationMs: fc.double({ min: 0, max: 90_000, noNaN: true }),
    firstByteMs: fc.option(fc.nat(1000), { nil: undefined }),
  });
}
