/** A store in memory forgets when its process ends; what was spent is then read from the usage records. */
import { text } from "../../e2e/support/ask";
import type { Program } from "../../e2e/support/process";
import { Stack } from "../../e2e/support/stack";
import { until } from "../../e2e/support/until";
import { KongStack } from "../../kong/support";
import { type FakeUpstream, startFakeUpstream } from "../../upstream/fake-upstream";
import type { Seen } from "../../upstream/raw-client";
import { ask, PRICES, steady } from "../limits/support";
import { graftYaml } from "../support/hosts";
import { ANSWER, budget, PRICE, paid, RESERVED, usageOf } from "./support";

jest.setTimeout(60_000);

const FIT = 10;
const BEFORE = 6;

const BUDGETS = [
  budget("month", FIT * RESERVED, ["fast"], { alerts: [50], time_zone: "Asia/Tokyo" }),
  budget("talk", 2 * RESERVED, ["talk"], { by: ["session", "feature"], period: "rolling", rolling_days: 1 }),
];

interface Running {
  readonly url: string;
  readonly program: Program;
  readonly adminUrl: string | undefined;
  again(signal: NodeJS.Signals): Promise<void>;
  stop(): Promise<void>;
}

async function behindEnvoy(mode: "ext_proc" | "relay", config: string): Promise<Running> {
  const stack = await Stack.start({ mode, config });
  return {
    url: stack.url,
    get program() {
      return stack.processors[0] as Program;
    },
    get adminUrl() {
      return stack.adminUrls[0];
    },
    async again(signal) {
      await stack.processors[0]?.stop(signal);
      await stack.startProcessor(0);
      await until("Envoy's health check", () => stack.answers());
    },
    stop: () => stack.stop(),
  };
}

async function behindKong(config: string): Promise<Running> {
  const stack = await KongStack.start({ config });
  return {
    url: stack.url,
    get program() {
      return stack.processor;
    },
    adminUrl: stack.adminUrl,
    async again(signal) {
      await stack.processor.stop(signal);
      await stack.startProcessor();
    },
    stop: () => stack.stop(),
  };
}

const START = {
  envoy: (config: string) => behindEnvoy("ext_proc", config),
  relay: (config: string) => behindEnvoy("relay", config),
  kong: behindKong,
} as const;

async function remembers(name: keyof typeof START, upstream: FakeUpstream, running: Running): Promise<void> {
  const one = async (model: string, headers = {}): Promise<Seen> => {
    upstream.script(paid);
    const seen = await ask(running.url, model, { max_tokens: ANSWER, metadata: headers });
    if (seen.status !== 200) await ask(running.url, "free");
    return seen;
  };
  const statuses = async (count: number, model: string, metadata = {}) => {
    const seen: (number | undefined)[] = [];
    for (let at = 0; at < count; at += 1) seen.push((await one(model, metadata)).status);
    return seen;
  };
  const passed = (count: number) => Array.from({ length: count }, () => 200);
  const alerts = () => running.program.lines.filter(({ msg }) => msg === "budget alert");
  const session = { session_id: "s1", feature: "f" };

  expect(await statuses(BEFORE, "fast")).toEqual(passed(BEFORE));
  expect(await statuses(2, "talk", session)).toEqual(passed(2));
  await until("an alert", () => (alerts().length === 1 ? true : undefined));
  await running.again("SIGTERM");

  expect(await statuses(FIT - BEFORE + 1, "fast")).toEqual([...passed(FIT - BEFORE), 429]);
  expect(await statuses(1, "talk", session)).toEqual([429]);
  expect(await statuses(1, "talk", { ...session, session_id: "s2" })).toEqual([200]);
  // It was told before.
  expect(alerts()).toEqual([]);

  console.info(`${name}: ${BEFORE} answers, a restart, ${FIT - BEFORE} more, of a budget for ${FIT}`);
  if (name !== "kong") return;
  // Nobody tells it to end; what is in the books by then is remembered.
  const { total } = await usageOf(running.adminUrl, "alias=fast", FIT + 1);
  expect(Number(total.cost_usd)).toBeCloseTo(FIT * PRICE, 9);
  await running.again("SIGKILL");
  const seen = await ask(running.url, "fast", { max_tokens: ANSWER });
  expect(seen.status).toBe(429);
  expect(text(seen)).toContain("the budget 'month'");
  console.info("kong, killed: none of a budget that was spent");
}

describe("after a restart", () => {
  const running: Running[] = [];
  const upstreams: FakeUpstream[] = [];

  afterAll(async () => {
    await Promise.all([...running.map((it) => it.stop()), ...upstreams.map((it) => it.close())]);
  });

  test("budgets know what was spent before", async () => {
    const names = Object.keys(START) as (keyof typeof START)[];
    const each = await Promise.allSettled(
      names.map(async (name) => {
        const upstream = await startFakeUpstream();
        upstreams.push(upstream);
        const config = graftYaml({
          providers: { one: steady(upstream) },
          models: ["fast", "talk", "free"].map((model) => ({
            name: model,
            targets: [{ provider: "one", model: "gpt-4o-mini" }],
          })),
          policy: { plugins: { budget: { budgets: BUDGETS } } },
          sections: { prices: PRICES, usage: { path: "books.db" } },
        });
        const it = await START[name](config);
        running.push(it);
        await remembers(name, upstream, it);
      }),
    );
    for (const it of each) if (it.status === "rejected") throw it.reason;
  });
});
