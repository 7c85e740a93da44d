/** Answers older than `ttl_s`: served when no target has one, or at once while a new one is fetched; and said to be what they are. */
import { setTimeout as sleep } from "node:timers/promises";
import { expectError, said, text } from "../../e2e/support/ask";
import { gate } from "../../e2e/support/gate";
import { until } from "../../e2e/support/until";
import type { Behaviour } from "../../upstream/behaviour";
import { type FakeUpstream, startFakeUpstream } from "../../upstream/fake-upstream";
import type { Seen } from "../../upstream/raw-client";
import { onAllHosts, reload, silent, steady } from "../limits/support";
import type { HostSetup } from "../support/hosts";
import { useHosts } from "../support/use-hosts";
import { answerIn, asking, cacheOf, calls, hit, STREAMED } from "./support";

jest.setTimeout(30_000);

const TTL_MS = 1000;
/** Every target of a model fails the same way. */
const FAILURES: Readonly<Record<string, Behaviour>> = {
  overloaded: { do: "status", n: 503 },
  limited: { do: "status", n: 429 },
  reset: { do: "reset-before-headers" },
  // A model of its own waits for it: the others may be slow on a busy machine.
  hasty: { do: "hang-before-headers" },
};
const TARGETS = { one: ["one"], two: ["one", "two"] } as const;
const COUNTS = ["one", "two"] as const;

let mortal: FakeUpstream;

beforeAll(async () => {
  mortal = await startFakeUpstream();
});

afterAll(() => mortal.close());

const setup =
  (more: Readonly<Record<string, number>>) =>
  (upstream: FakeUpstream): HostSetup => {
    const target = (provider: string, more = {}) => ({ provider, model: "gpt-4o-mini", ...more });
    return {
      providers: { one: steady(upstream), two: steady(upstream), mortal: steady(mortal), dead: steady(mortal) },
      models: [
        ...COUNTS.flatMap((count) => [
          { name: count, targets: TARGETS[count].map((it) => target(it)) },
          { name: `hasty ${count}`, targets: TARGETS[count].map((it) => target(it, { timeout_ms: 400 })) },
        ]),
        { name: "mortal", targets: [target("mortal")] },
        { name: "both mortal", targets: [target("mortal"), target("dead")] },
      ],
      policy: { plugins: { cache: { scope: "policy", ttl_s: TTL_MS / 1000, ...more } } },
      sections: { prices: { overrides: { "one/*": { input: 1, output: 2 } } } },
    };
  };

const hosts = useHosts((upstream) => setup({ stale_if_error_s: 600 })(upstream));

onAllHosts(hosts, (host, add) => {
  const ask = (model: string, content: string, stream = false) => host.ask(asking(model, content, stream ? STREAMED : {}));

  /** Kept, and too old by now. */
  async function old(questions: readonly (readonly [model: string, content: string])[]): Promise<Seen[]> {
    const first = await Promise.all(questions.map(([model, content]) => hit(() => ask(model, content))));
    await sleep(TTL_MS + 100);
    return first;
  }

  function expectStale(seen: Seen, first: Seen | undefined): void {
    expect({ status: seen.status, body: text(seen) }).toMatchObject({ status: 200 });
    expect([seen.complete, cacheOf(seen)]).toEqual([true, "stale"]);
    expect(Number(seen.headers["age"])).toBeGreaterThanOrEqual(1);
    expect(first && answerIn(seen)).toEqual(first && answerIn(first));
    for (const name of ["x-graft-target", "x-graft-usage", "x-graft-cost"]) expect(seen.headers).not.toHaveProperty(name);
  }

  add("stale-if-error, however all targets fail, whole and streamed", async () => {
    const cases = Object.keys(FAILURES).flatMap((how) =>
      COUNTS.flatMap((count) => [false, true].map((stream) => ({ how, count, stream }))),
    );
    const questions = cases.map(({ how, count, stream }) => {
      const content = `${how}, ${stream ? "streamed" : "whole"}?`;
      return [how === "hasty" ? `hasty ${count}` : count, content] as const;
    });
    const first = await old(questions);
    const stale: Seen[] = [];
    for (const [at, { how, count, stream }] of cases.entries()) {
      const targets = TARGETS[count].length;
      host.upstream.script(...Array(targets).fill(FAILURES[how]));
      const [model, content] = questions[at] ?? ["", ""];
      const { got, calls: made } = await calls(host, () => ask(model, content, stream));
      expect([how, count, stream, made]).toEqual([how, count, stream, targets]);
      expectStale(got, first[at]);
      stale.push(got);
    }
    for (const [at, record] of (await Promise.all(stale.map((it) => host.record(it)))).entries()) {
      const attempts = TARGETS[cases[at]?.count ?? "one"].length;
      expect(record).toMatchObject({ status: 200, outcome: "complete", cache: "stale", attempts });
      const target = expect.stringMatching(/^(one|two)[/]gpt-4o-mini$/);
      expect(record["facts"]).toContainEqual(expect.objectContaining({ kind: "cache", status: "stale", target }));
    }
  });

  add("not for what another provider would refuse as well, nor in place of an answer", async () => {
    await old([["two", "Is it wrong?"]]);
    host.upstream.script({ do: "status", n: 400 });
    expectError(await ask("two", "Is it wrong?"), { status: 400, code: null });
    host.upstream.script({ do: "status", n: 503 });
    const fallback = await ask("two", "Is it wrong?");
    expect([fallback.status, cacheOf(fallback), fallback.headers["x-graft-attempts"]]).toEqual([200, "miss", "2"]);
    expect(said(await hit(() => ask("two", "Is it wrong?")))).toBe(said(fallback));
  });

  add("without an answer there is the error, in the client's words", async () => {
    host.upstream.script({ do: "status", n: 503 }, { do: "status", n: 503 });
    expectError(await ask("two", "Never asked before."), { status: 503, code: "upstream_overloaded" });
    // Nor where the client wants nothing so old, or nothing from a provider.
    await old([["one", "How old?"]]);
    host.upstream.script({ do: "status", n: 503 });
    const seen = await host.ask(asking("one", "How old?"), { headers: { "cache-control": "max-age=1" } });
    expect([seen.status, cacheOf(seen)]).toEqual([503, "miss"]);
  });
});

describe("its provider is gone", () => {
  onAllHosts(hosts, (host, add) => {
    const ask = (model: string, stream: boolean) => host.ask(asking(model, `Gone? ${stream}`, stream ? STREAMED : {}));
    add("stale-if-error, connection refused", async () => {
      const cases = ["mortal", "both mortal"].flatMap((model) => [false, true].map((stream) => [model, stream] as const));
      const first = await Promise.all(cases.map(([model, stream]) => ask(model, stream)));
      for (const seen of first) await host.record(seen);
      await sleep(TTL_MS + 100);
      await gone();
      for (const [at, [model, stream]] of cases.entries()) {
        const seen = await ask(model, stream);
        expect([model, stream, cacheOf(seen), seen.status]).toEqual([model, stream, "stale", 200]);
        expect(answerIn(seen)).toEqual(answerIn(first[at] as Seen));
      }
    });
  });

  /** When all hosts have what they need of it. */
  let waiting = 0;
  const all = gate();
  async function gone(): Promise<void> {
    waiting += 1;
    if (waiting === 3) {
      await mortal.close();
      all.open();
    }
    await all.opened;
  }
});

describe("stale-while-revalidate", () => {
  onAllHosts(hosts, (host, add) => {
    const ask = (stream = false) => host.ask(asking("one", "What is new?", stream ? STREAMED : {}));
    add("the old answer at once, the new one behind it, once", async () => {
      await reload(host.running, setup({ stale_while_revalidate_s: 600 })(host.upstream));
      host.upstream.script(silent("old news"));
      await host.record(await ask());
      await sleep(TTL_MS + 100);
      const { opened, open } = gate();
      const before = host.upstream.requests.length;
      host.upstream.script({ do: "hang-before-headers", until: opened });
      const stale = [await ask(), await ask(true), ...(await Promise.all([ask(), ask(true), ask()]))];
      for (const seen of stale) expect([seen.status, cacheOf(seen), said(seen)]).toEqual([200, "stale", "old news"]);
      await host.upstream.waitFor(before + 1);
      open();
      const fresh = await until("the new answer", async () => {
        const seen = await ask();
        return cacheOf(seen) === "hit" ? seen : undefined;
      });
      expect(said(fresh)).toContain("What is new?");
      expect(host.upstream.requests.length).toBe(before + 1);
      const records = await Promise.all(stale.map((seen) => host.record(seen)));
      const paying = records.filter(({ side_calls }) => side_calls !== undefined);
      expect(paying).toHaveLength(1);
      expect(paying[0]?.["side_calls"]).toEqual([
        expect.objectContaining({ purpose: "cache:revalidate", target: "one/gpt-4o-mini", input_tokens: expect.any(Number) }),
      ]);
      expect(paying[0]).toMatchObject({ cache: "stale", cost_usd: expect.stringMatching(/^0\.0000\d+$/) });
    });

    add("a new answer that fails leaves the old one", async () => {
      await sleep(TTL_MS + 100);
      host.upstream.script({ do: "status", n: 503 });
      const { got, calls: made } = await calls(host, async () => {
        const seen = await ask();
        await host.record(seen);
        return seen;
      });
      expect([cacheOf(got), made]).toEqual(["stale", 1]);
      expect(cacheOf(await ask())).toBe("stale");
    });
  });
});
