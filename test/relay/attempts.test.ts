import fc from "fast-check";
import { type ErrorKind, type ErrorOptions, GraftError } from "../../plugins/core/errors";
import type { Exchange } from "../../plugins/core/exchange";
import type { Services } from "../../plugins/core/plugin";
import { type ModelAlias, type Target, targetLabel } from "../../plugins/core/target";
import { Attempts } from "../../plugins/relay/attempts";
import { alias, clock, openPipeline, services, target } from "../support/exchange";

const error = (kind: ErrorKind, options: ErrorOptions = {}) => new GraftError(kind, "no", options);

function attemptsFor(
  targets: readonly Target[],
  it: Partial<ModelAlias> = {},
  random = 0.5,
): { attempts: Attempts; exchange: Exchange } {
  const { exchange } = openPipeline({ aliases: [alias("m", targets)] });
  const own: Services = { ...services, random: () => random };
  return { attempts: new Attempts({ alias: alias("m", targets, it), targets }, exchange, own), exchange };
}

const labelOf = (next: ReturnType<Attempts["next"]>): string | undefined =>
  next === undefined ? undefined : targetLabel(next.target);
const [A, B, C] = ["a", "b", "c"] as const;

describe("which failures move on", () => {
  const { attempts } = attemptsFor([target("openai", A)], { fallbackStatuses: [429, 503] });
  test.each<readonly [string, GraftError, number, boolean]>([
    ["no answer", error("unavailable"), 0, true],
    ["no answer in time", error("timeout"), 0, true],
    ["an answer that is none", error("upstream_invalid"), 0, true],
    ["a listed status", error("upstream_busy"), 503, true],
    ["a status that is not listed", error("upstream_failed"), 500, false],
    ["an error whose meaning is listed", error("rate_limited"), 400, true],
    ["a wrong request", error("bad_request"), 400, false],
    ["a wrong request told in a stream", error("bad_request"), 0, false],
    ["our own fault", error("internal"), 0, false],
    ["a client that is gone", error("client_closed"), 0, false],
  ])("%s", (_name, failure, status, moves) => {
    expect(attempts.movesOn(failure, status)).toBe(moves);
  });
});

describe("who is next", () => {
  test("the plan's targets in their order, without waiting, until none is left", () => {
    const { attempts } = attemptsFor([A, B, C].map((it) => target("openai", it)));
    expect([attempts.next(), attempts.next()].map((it) => [labelOf(it), it?.waitMs])).toEqual([
      ["openai/b", 0],
      ["openai/c", 0],
    ]);
    expect(attempts.next()).toBeUndefined();
    expect(attempts.next()).toBeUndefined();
  });

  test("one that rests is asked after those that serve, and that is a fact", () => {
    const targets = [A, B, C].map((it) => target("openai", it));
    targets[1]?.provider.health.rest(B, 60_000);
    const { attempts, exchange } = attemptsFor(targets);
    expect([labelOf(attempts.next()), labelOf(attempts.next()), labelOf(attempts.next())]).toEqual([
      "openai/c",
      "openai/b",
      undefined,
    ]);
    expect(exchange.facts.of("target-skipped")).toEqual([{ kind: "target-skipped", target: "openai/b" }]);
  });

  test("where all rest, the first of them: a doubtful target beats none", () => {
    const targets = [A, B, C].map((it) => target("openai", it));
    for (const { provider, model } of targets) provider.health.rest(model, 60_000);
    const { attempts, exchange } = attemptsFor(targets);
    expect([labelOf(attempts.next()), labelOf(attempts.next())]).toEqual(["openai/b", "openai/c"]);
    expect(exchange.facts.of("target-skipped")).toEqual([]);
  });
});

describe("how long it waits before a target it has asked before", () => {
  const waits = (random: number, failure: GraftError, it: Partial<ModelAlias> = {}): number[] => {
    const a = target("openai", A);
    const { attempts } = attemptsFor([a, a, a, a, a], { backoff: { baseMs: 100, maxMs: 500 }, ...it }, random);
    return [1, 2, 3, 4].flatMap(() => {
      attempts.failed(a, failure);
      return attempts.next()?.waitMs ?? [];
    });
  };

  test("a random part of a limit that doubles up to its bound (full jitter)", () => {
    expect(waits(0.999999, error("unavailable")).map(Math.round)).toEqual([100, 200, 400, 500]);
    expect(waits(0.5, error("unavailable"))).toEqual([50, 100, 200, 250]);
    expect(waits(0, error("unavailable"))).toEqual([0, 0, 0, 0]);
  });

  test("what the provider asks for, exactly, and counted from the failure", () => {
    expect(waits(0.9, error("upstream_busy", { retryAfterMs: 333 }))).toEqual([333, 333, 333, 333]);
    const [a, b] = [target("openai", A), target("openai", B)];
    const { attempts } = attemptsFor([a, b, a], { backoff: { baseMs: 100, maxMs: 500 } });
    attempts.failed(a, error("upstream_busy", { retryAfterMs: 400 }));
    clock.advance(150);
    expect([labelOf(attempts.next()), attempts.next()?.waitMs]).toEqual(["openai/b", 250]);
    attempts.failed(a, error("upstream_busy", { retryAfterMs: 400 }));
    clock.advance(1000);
  });

  test("a time that is over is none", () => {
    const a = target("openai", A);
    const { attempts } = attemptsFor([a, a]);
    attempts.failed(a, error("upstream_busy", { retryAfterMs: 400 }));
    clock.advance(1000);
    expect(attempts.next()?.waitMs).toBe(0);
  });

  test("longer than the bound: it is left alone, also when it is the only one", () => {
    expect(waits(0.5, error("upstream_busy", { retryAfterMs: 500 }))).toHaveLength(4);
    expect(waits(0.5, error("upstream_busy", { retryAfterMs: 501 }))).toEqual([]);
    const [a, b] = [target("openai", A), target("openai", B)];
    const { attempts, exchange } = attemptsFor([a, a, b]);
    attempts.failed(a, error("upstream_busy", { retryAfterMs: 60_000 }));
    expect([labelOf(attempts.next()), attempts.next()]).toEqual(["openai/b", undefined]);
    expect(exchange.facts.of("target-skipped")).toHaveLength(1);
  });

  describe("one key of several", () => {
    const afterOne = (keys: readonly string[], failure: GraftError, rests: readonly number[]): number | undefined => {
      const a = target("openai", A, { keys });
      const { attempts } = attemptsFor([a, a]);
      for (const index of rests) a.provider.keys.rest(index, 429, failure.options.retryAfterMs);
      attempts.failed(a, failure);
      return attempts.next()?.waitMs;
    };
    const limited = error("rate_limited", { retryAfterMs: 5000 });

    test("what it was told does not bind another: at once", () => {
      expect(afterOne(["k1", "k2"], limited, [0])).toBe(0);
      expect(afterOne(["k1", "k2"], error("upstream_auth"), [0])).toBe(0);
    });

    test("binds when there is no other, or all of them are at rest", () => {
      expect(afterOne(["k1"], limited, [0])).toBe(5000);
      expect(afterOne(["k1", "k2"], limited, [0, 1])).toBe(5000);
      expect(afterOne([], limited, [])).toBe(5000);
    });

    test("a busy provider is busy for all of its keys", () => {
      expect(afterOne(["k1", "k2"], error("upstream_busy", { retryAfterMs: 5000 }), [])).toBe(5000);
    });
  });
});

test("every target of a plan gets its turn at most once for each time it stands there, waits stay within bounds, and it ends", () => {
  const failure = fc.record({
    kind: fc.constantFrom<ErrorKind>("unavailable", "upstream_busy", "rate_limited", "upstream_auth"),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined }),
    restMs: fc.integer({ min: 0, max: 20_000 }),
    passes: fc.integer({ min: 0, max: 3000 }),
  });
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 8 }),
      fc.array(failure, { minLength: 10, maxLength: 10 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (plan, failures, random) => {
        const known = [0, 1, 2, 3].map((it) => target("openai", `${it}`, { keys: ["k1", "k2"].slice(0, 1 + (it % 2)) }));
        const targets = plan.map((it) => known[it] as Target);
        const { attempts } = attemptsFor(targets, { backoff: { baseMs: 100, maxMs: 8000 } }, random);
        const asked: Target[] = [targets[0] as Target];
        for (const it of failures) {
          const last = asked.at(-1) as Target;
          last.provider.health.rest(last.model, it.restMs);
          attempts.failed(last, error(it.kind, it.retryAfterMs === undefined ? {} : { retryAfterMs: it.retryAfterMs }));
          clock.advance(it.passes);
          const next = attempts.next();
          if (next === undefined) break;
          expect(next.waitMs).toBeGreaterThanOrEqual(0);
          expect(next.waitMs).toBeLessThanOrEqual(8000);
          asked.push(next.target);
        }
        expect(asked.length).toBeLessThanOrEqual(targets.length);
        const count = (list: readonly Target[], it: Target) => list.filter((other) => other === it).length;
        for (const it of known) expect(count(asked, it)).toBeLessThanOrEqual(count(targets, it));
      },
    ),
    { seed: 3, numRuns: 300 },
  );
});
