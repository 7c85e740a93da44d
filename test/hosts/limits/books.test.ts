/** Whatever became of the requests, and however the process ended: the books, the log and the provider name the same sums. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dataOf, question } from "../../e2e/support/ask";
import { ROOT } from "../../e2e/support/stack";
import { until } from "../../e2e/support/until";
import type { FakeUpstream } from "../../upstream/fake-upstream";
import type { Seen } from "../../upstream/raw-client";
import type { HostSetup } from "../support/hosts";
import { type HostUnderTest, useHosts } from "../support/use-hosts";
import { limit, onAllHosts, PRICES, steady, type Used, usageIn, usageOf } from "./support";

jest.setTimeout(60_000);

const LEFT = 6;
const REFUSED = 5;
const FAILED = 4;
/** Counted off the event loop: nothing of it is there at once. */
const LONG = "several words of a long prompt. ".repeat(8000);

const setup = (upstream: FakeUpstream): HostSetup => ({
  providers: { one: steady(upstream) },
  models: [
    { name: "full", targets: [{ provider: "one", model: "gpt-4o-mini" }] },
    { name: "*", targets: [{ provider: "one", model: "*" }] },
  ],
  policy: { plugins: { rate_limit: { limits: [limit("full", "requests", 1, ["full"])] } } },
  sections: { prices: PRICES, usage: { path: "books.db" } },
});

const hosts = useHosts(setup);

interface Sums {
  readonly requests: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly estimated_requests: number;
  readonly errors: number;
  readonly cost_usd: string;
}

interface Report {
  readonly rows: readonly (Sums & Readonly<Record<string, unknown>>)[];
  readonly total: Sums;
}

/** As an operator asks. */
function report(directory: string, by: string): Report {
  const args = [join(ROOT, "dist/cli/main.js"), "usage", "--config", join(directory, "graft.yaml"), "--by", by, "--json"];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })) as Report;
}

type Line = Readonly<Record<string, unknown>>;

function sum<T>(of: readonly T[], read: (it: T) => number): number {
  return of.reduce((total, it) => total + read(it), 0);
}

function streamedUsage(seen: Seen): Used {
  const [last] = dataOf(seen).slice(-2);
  return usageIn(JSON.parse(last ?? "{}"));
}

/** @returns what the provider reported */
async function manyRequests(host: HostUnderTest): Promise<Used[]> {
  const each = <T>(count: number, act: (index: number) => Promise<T>) =>
    Promise.all(Array.from({ length: count }, (_, at) => act(at)));
  const [whole, streamed] = await Promise.all([
    each(40, (at) => host.ask(question(`gpt-4o-mini-${at % 3}`))),
    each(20, (at) => host.stream(`gpt-4o-${at % 3}`)),
    each(LEFT, () => host.ask(question("do-hang-mid-stream-6", { stream: true }), { leaveAfter: 900 })),
    each(FAILED, () => host.ask(question("do-500"))),
  ]);
  const full = await each(REFUSED + 1, () => host.ask(question("full")));
  const passed = full.filter(({ status }) => status === 200);
  expect(passed).toHaveLength(1);
  return [...whole.map(usageOf), ...streamed.map(streamedUsage), ...passed.map(usageOf)];
}

/** Runs while the process is told to end, and is left by its client when everything else has ended. */
async function lastOnes(host: HostUnderTest, count: number): Promise<{ leave(): Promise<void> }> {
  const before = host.upstream.requests.length;
  const aborts: AbortController[] = [];
  const body = JSON.stringify({ model: "do-hang-mid-stream-6", stream: true, messages: [{ role: "user", content: LONG }] });
  const answers = await Promise.all(
    Array.from({ length: count }, async () => {
      const abort = new AbortController();
      aborts.push(abort);
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${host.url}/v1/chat/completions`, { method: "POST", headers, body, signal: abort.signal });
      const reader = answer.body?.getReader();
      await reader?.read();
      return reader;
    }),
  );
  await host.upstream.waitFor(before + count);
  return {
    async leave() {
      for (const abort of aborts) abort.abort();
      await Promise.allSettled(answers.map((reader) => reader?.closed));
    },
  };
}

onAllHosts(hosts, (host, add) =>
  add("books, log and provider", async () => {
    const reported = await manyRequests(host);
    const last = await lastOnes(host, 3);
    const [processor] = host.running.processors;
    if (processor === undefined) throw new Error("no process");
    host.ended = true;
    processor.signal("SIGTERM");
    await processor.until("draining", () => (processor.lines.some((line) => line["msg"] === "draining") ? true : undefined));
    // Behind Envoy it waits until it is out of the pool.
    await sleep(host.name === "kong" ? 0 : 2500);
    await last.leave();
    expect(await processor.exit).toBe(0);

    const expected = reported.length + LEFT + REFUSED + FAILED + 3;
    const lines = (): Line[] => processor.lines.filter((line) => line["msg"] === "exchange");
    const { total, rows } = report(host.running.directory, "status");
    console.info(
      `${host.name}: ${expected} requests, ${total.requests} in the books, ${lines().length} log lines, ${total.input_tokens} + ${total.output_tokens} tokens, $${total.cost_usd}`,
    );
    await until("all lines", () => (lines().length >= expected ? true : undefined), 2000);
    expect(lines()).toHaveLength(expected);
    expect(total.requests).toBe(expected);
    expect(total.errors).toBe(REFUSED + FAILED);
    expect(total.estimated_requests).toBe(LEFT + 3);

    const number = (line: Line, field: string) => Number(line[field] ?? 0);
    expect(total.input_tokens).toBe(sum(lines(), (line) => number(line, "input_tokens")));
    expect(total.output_tokens).toBe(sum(lines(), (line) => number(line, "output_tokens")));
    expect(Number(total.cost_usd)).toBeCloseTo(
      sum(lines(), (line) => number(line, "cost_usd")),
      9,
    );
    expect(sum(rows, (row) => row.requests)).toBe(expected);
    expect(sum(rows, (row) => row.input_tokens)).toBe(total.input_tokens);

    const told = lines().filter((line) => line["usage_estimated"] !== true);
    expect(sum(told, (line) => number(line, "input_tokens"))).toBe(sum(reported, ({ input }) => input));
    expect(sum(told, (line) => number(line, "output_tokens"))).toBe(sum(reported, ({ output }) => output));
    const counted = lines().filter((line) => line["usage_estimated"] === true);
    expect(counted).toHaveLength(LEFT + 3);
    for (const line of counted) expect(number(line, "output_tokens")).toBeGreaterThan(0);
  }),
);
