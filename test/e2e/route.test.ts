/** Which target is asked first, which next, and how long each may take. */
import { setTimeout as sleep } from "node:timers/promises";
import { type FakeUpstream, startFakeUpstream } from "../upstream/fake-upstream";
import type { Seen } from "../upstream/raw-client";
import { chat, expectError, question, text } from "./support/ask";
import { gate } from "./support/gate";
import { Stack } from "./support/stack";

let upstream: FakeUpstream;
let stack: Stack;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  stack = await Stack.start({
    config: `
providers:
  one: { kind: openai, base_url: "${upstream.url}/v1" }
  two: { kind: anthropic, base_url: "${upstream.url}" }
  three: { kind: gemini, base_url: "${upstream.url}" }
  down: { kind: openai, base_url: "${upstream.url}/v1" }
policies:
  default:
    models:
      - name: shared
        strategy: weighted
        targets: [{ provider: one, model: demo, weight: 3 }, { provider: two, model: demo }, { provider: three, model: demo, weight: 0 }]
      - name: shared-half-down
        strategy: weighted
        targets: [{ provider: one, model: do-503 }, { provider: two, model: demo }]
      - name: reserve-only
        strategy: weighted
        targets: [{ provider: down, model: do-503, weight: 5 }, { provider: three, model: demo, weight: 0 }]
      - name: windows
        targets:
          - { provider: one, model: small, context_window: 1000 }
          - { provider: two, model: medium, context_window: 4000 }
          - { provider: three, model: large, context_window: 16000 }
      - name: large-down
        targets: [{ provider: one, model: small, context_window: 1000 }, { provider: three, model: do-503, context_window: 16000 }]
      - name: hang
        targets: [{ provider: one, model: do-hang-before-headers, timeout_ms: 250 }, { provider: two, model: demo, timeout_ms: 250 }]
      - name: slow
        targets: [{ provider: one, model: do-slow-headers-100, timeout_ms: 5000 }, { provider: two, model: demo }]
      - name: long-stream
        targets: [{ provider: two, model: demo, timeout_ms: 250 }, { provider: one, model: demo, timeout_ms: 250 }]
`,
  });
}, 60_000);

afterAll(async () => {
  await stack?.stop();
  await upstream?.close();
});

const ask = (model: string, more: Readonly<Record<string, unknown>> = {}): Promise<Seen> =>
  chat(stack.url, question(model, more));
const target = (seen: Seen) => String(seen.headers["x-graft-target"]);
const facts = async (seen: Seen): Promise<unknown> => (await stack.record(seen.headers["x-request-id"]))["facts"];
/** About so many tokens. */
const prompt = (tokens: number) => ({ messages: [{ role: "user", content: "word".repeat(tokens) }] });

describe("weighted", () => {
  test("300 requests are shared out by weight", async () => {
    const counts: Record<string, number> = {};
    for (let batch = 0; batch < 15; batch += 1) {
      for (const seen of await Promise.all(Array.from({ length: 20 }, () => ask("shared")))) {
        expect(seen.status).toBe(200);
        counts[target(seen)] = (counts[target(seen)] ?? 0) + 1;
      }
    }
    // 225 and 75, give or take six standard deviations.
    expect(counts["one/demo"]).toBeGreaterThan(180);
    expect(counts["two/demo"]).toBeGreaterThan(30);
    expect(Object.keys(counts).toSorted()).toEqual(["one/demo", "two/demo"]);
  });

  test("whichever comes first, the others follow when it fails", async () => {
    const attempts = new Set<unknown>();
    for (let count = 0; count < 30; count += 1) {
      const seen = await ask("shared-half-down");
      expect([seen.status, target(seen)]).toEqual([200, "two/demo"]);
      attempts.add(seen.headers["x-graft-attempts"]);
    }
    expect(attempts).toEqual(new Set(["1", "2"]));
  });

  test("weight 0 is a reserve", async () => {
    const seen = await ask("reserve-only");
    expect([seen.status, target(seen), seen.headers["x-graft-attempts"]]).toEqual([200, "three/demo", "2"]);
  });
});

describe("context windows", () => {
  test("a short prompt goes by the order", async () => {
    const seen = await ask("windows");
    expect(target(seen)).toBe("one/small");
    expect(await facts(seen)).toEqual([
      { kind: "plan", strategy: "fallback", targets: ["one/small", "two/medium", "three/large"] },
    ]);
  });

  test.each([
    [2000, "two/medium", ["one/small"]],
    [8000, "three/large", ["two/medium", "one/small"]],
  ])("a prompt of %i tokens goes to the first target it fits, and the record says why", async (tokens, expected, small) => {
    const seen = await ask("windows", prompt(tokens));
    expect([seen.status, target(seen), seen.headers["x-graft-attempts"]]).toEqual([200, expected, "1"]);
    const told = await facts(seen);
    for (const name of small) {
      expect(told).toContainEqual({
        kind: "context-window",
        target: name,
        window: expect.any(Number),
        estimate: expect.any(Number),
      });
    }
  });

  test("the answer that is asked for needs room as well", async () => {
    expect(target(await ask("windows", { max_tokens: 3000 }))).toBe("two/medium");
  });

  test("what fits nowhere goes to the largest, and a small one is better than none", async () => {
    expect(target(await ask("windows", prompt(40_000)))).toBe("three/large");
    const seen = await ask("large-down", prompt(2000));
    expect([seen.status, target(seen), seen.headers["x-graft-attempts"]]).toEqual([200, "one/small", "2"]);
  });
});

describe("timeouts", () => {
  test("a target that does not begin in time is left behind", async () => {
    const before = upstream.requests.length;
    const seen = await ask("hang");
    expect([seen.status, target(seen), seen.headers["x-graft-attempts"]]).toEqual([200, "two/demo", "2"]);
    await upstream.requests[before]?.finished;
    expect(upstream.requests[before]?.aborted).toBe(true);
  });

  test("a slow one is waited for", async () => {
    const seen = await ask("slow");
    expect([seen.status, target(seen), seen.headers["x-graft-attempts"]]).toEqual([200, "one/do-slow-headers-100", "1"]);
  });

  test("a stream that has begun may take as long as it takes", async () => {
    const { opened, open } = gate();
    upstream.script({ do: "hang-mid-stream", n: 4, until: opened });
    const streaming = ask("long-stream", { stream: true });
    await sleep(600);
    open();
    const seen = await streaming;
    expect(text(seen)).toMatch(/data: \[DONE\]\n\n$/);
    expect(seen.headers["x-graft-attempts"]).toBe("1");
  });

  test("nobody in time is a timeout the client may try again", async () => {
    upstream.script({ do: "hang-before-headers" }, { do: "hang-before-headers" });
    const seen = await ask("hang");
    expectError(seen, { status: 504, code: "upstream_timeout" });
    expect(seen.headers["x-should-retry"]).toBe("true");
  });
});
