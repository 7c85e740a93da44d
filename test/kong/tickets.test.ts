import fc from "fast-check";
import { DEFAULT_TICKET_LIMITS, Tickets } from "../../kong/tickets";
import { VirtualClock } from "../support/virtual-clock";

const LIFETIME_MS = 1_000;

function tickets(max = 100) {
  const clock = new VirtualClock();
  return { clock, tickets: new Tickets<string>(clock, { lifetimeMs: LIFETIME_MS, max }) };
}

test("redeemed once, with what it was issued for", () => {
  const { tickets: it } = tickets();
  const [a, b] = [it.issue("a"), it.issue("b")];
  expect(it.size).toBe(2);
  expect([it.redeem(b), it.redeem(a)]).toEqual(["b", "a"]);
  expect([it.redeem(a), it.redeem(b)]).toEqual([undefined, undefined]);
  expect(it.size).toBe(0);
});

test("128 bits of chance, in characters that fit a header", () => {
  const { tickets: it } = tickets(10_000);
  const tokens = Array.from({ length: 5_000 }, () => it.issue("x"));
  expect(new Set(tokens).size).toBe(5_000);
  for (const token of tokens) expect(token).toMatch(/^[\w-]{22}$/);
});

test.each(["", "x", "A".repeat(22), "__proto__", "constructor", "a, b"])("%j was never issued", (token) => {
  const { tickets: it } = tickets();
  it.issue("a");
  expect(it.redeem(token)).toBeUndefined();
  expect(it.size).toBe(1);
});

test("it lives for a while, to the moment, and by no wall clock", () => {
  const { tickets: it, clock } = tickets();
  const [a, b] = [it.issue("a"), it.issue("b")];
  clock.setWall(0);
  clock.advance(LIFETIME_MS - 1);
  expect(it.redeem(a)).toBe("a");
  clock.advance(1);
  expect(it.redeem(b)).toBeUndefined();
});

test("what has run out is forgotten with the next look or the next one issued", () => {
  const { tickets: it, clock } = tickets();
  it.issue("a");
  clock.advance(LIFETIME_MS / 2);
  it.issue("b");
  clock.advance(LIFETIME_MS / 2);
  expect(it.size).toBe(1);
  clock.advance(LIFETIME_MS / 2);
  it.issue("c");
  expect(it.size).toBe(1);
});

test("of too many, the oldest goes", () => {
  const { tickets: it } = tickets(2);
  const [a, b, c] = [it.issue("a"), it.issue("b"), it.issue("c")];
  expect(it.size).toBe(2);
  expect([it.redeem(a), it.redeem(b), it.redeem(c)]).toEqual([undefined, "b", "c"]);
});

test("one more than there is room for does not go where one has been redeemed", () => {
  const { tickets: it } = tickets(2);
  const [a, b] = [it.issue("a"), it.issue("b")];
  expect(it.redeem(b)).toBe("b");
  it.issue("c");
  expect(it.redeem(a)).toBe("a");
});

test("by default: bounded, and for as long as Kong may take to read a body", () => {
  expect(DEFAULT_TICKET_LIMITS.max).toBeLessThanOrEqual(1_000_000);
  expect(DEFAULT_TICKET_LIMITS.lifetimeMs).toBeGreaterThanOrEqual(60_000);
});

describe("whatever happens, in whatever order", () => {
  const MAX = 5;
  const step = fc.oneof(
    fc.record({ do: fc.constant("issue" as const) }),
    fc.record({ do: fc.constant("redeem" as const), which: fc.nat(30) }),
    fc.record({ do: fc.constant("wait" as const), ms: fc.nat(LIFETIME_MS) }),
    fc.record({ do: fc.constant("look" as const) }),
  );

  test("redeemed at most once, never late, as long as there was room; never more than the bound", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { tickets: it, clock } = tickets(MAX);
        const issued: { readonly token: string; readonly until: number; redeemed: boolean }[] = [];
        for (const action of steps) {
          if (action.do === "issue") {
            issued.push({ token: it.issue(String(issued.length)), until: clock.monotonic() + LIFETIME_MS, redeemed: false });
          } else if (action.do === "wait") clock.advance(action.ms);
          else if (action.do === "look") expect(it.size).toBeLessThanOrEqual(MAX);
          else {
            const at = issued.length - 1 - action.which;
            const one = issued[at];
            if (one === undefined) continue;
            const good = !one.redeemed && one.until > clock.monotonic();
            const value = it.redeem(one.token);
            if (value !== undefined) expect({ good, value }).toEqual({ good: true, value: String(at) });
            // With fewer after it than there is room for, nothing has driven it out.
            else if (issued.length - at <= MAX) expect(good).toBe(false);
            if (value !== undefined) one.redeemed = true;
          }
          expect(it.size).toBeLessThanOrEqual(MAX);
        }
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});
