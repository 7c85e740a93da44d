/** Twice five thousand requests while the configuration changes under them: each runs under one of two, from beginning to end, and none fails. */
import { Agent } from "node:http";
import { chat, question, said } from "../../e2e/support/ask";
import { metric } from "../../e2e/support/metrics";
import { until } from "../../e2e/support/until";
import { KongStack, llm } from "../../kong/support";
import { type MarkedProvider, marked, startMarkedProvider } from "./marked-provider";

jest.setTimeout(120_000);

/** In each of the two tests. */
const COUNT = 5_000;
const CLIENTS = 24;

let provider: MarkedProvider;
let stack: KongStack;

beforeEach(async () => {
  provider = await startMarkedProvider();
});

afterEach(async () => {
  await stack?.stop();
  provider?.close();
});

/** Asks `COUNT` times and changes in between. @returns what was wrong with answers, in words; requests served by mark */
async function loaded(change: (over: () => boolean) => Promise<void>) {
  const agent = new Agent({ keepAlive: true });
  const faults: string[] = [];
  const served = new Map<string, number>();
  let left = COUNT;
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (left > 0) {
      left -= 1;
      const seen = await chat(stack.url, question("alias"), { agent });
      const mark = seen.status === 200 ? said(seen) : `${seen.status} ${seen.error ?? ""} ${seen.body.toString().slice(0, 200)}`;
      if (seen.headers["x-graft-target"] !== `one/model-${mark}`) faults.push(`${mark} ${seen.headers["x-graft-target"]}`);
      served.set(mark, (served.get(mark) ?? 0) + 1);
    }
  });
  const changes = (async () => {
    while (left > 0) await change(() => left === 0);
  })();
  await Promise.all([...clients, changes]);
  agent.destroy();
  return { faults: faults.slice(0, 5), served };
}

function expectUnmixed(what: string, changed: number, { faults, served }: Awaited<ReturnType<typeof loaded>>): void {
  console.info(
    `${what}: ${COUNT} requests, ${changed} changes, served ${[...served].map(([mark, n]) => `${n} × ${mark}`).join(", ")}`,
  );
  expect(faults).toEqual([]);
  expect([...provider.seen.keys()].sort()).toEqual(["a", "b"]);
  expect([...served.values()].reduce((sum, count) => sum + count, 0)).toBe(COUNT);
  // Both really served.
  expect(Math.min(...served.values())).toBeGreaterThan(COUNT / 100);
  expect(changed).toBeGreaterThan(4);
}

test("graft.yaml", async () => {
  const yaml = (mark: string) => {
    const { providers, models } = marked(provider.url, mark);
    return `providers: ${JSON.stringify(providers)}\npolicies: ${JSON.stringify({ default: { models } })}`;
  };
  stack = await KongStack.start({ config: yaml("a"), workers: 2 });
  const applied = () => metric(stack.adminUrl, "graft_config_reloads_total", { result: "applied" });
  let changes = 0;
  const result = await loaded(async () => {
    changes += 1;
    stack.writeConfig(yaml(changes % 2 === 0 ? "a" : "b"));
    await until("the change", async () => ((await applied()) >= changes ? true : undefined));
  });
  expectUnmixed("graft.yaml", changes, result);
  expect(await metric(stack.adminUrl, "graft_config_reloads_total", { result: "invalid" })).toBe(0);
  expect(await stack.errorLines()).toEqual([]);
});

test("kong.yml, and with it every worker's instances", async () => {
  const kong = (mark: string) => llm([{ name: "graft", config: marked(provider.url, mark) }]);
  stack = await KongStack.start({ kong: kong("a"), workers: 2 });
  let changes = 0;
  const result = await loaded(async (over) => {
    changes += 1;
    await stack.reconfigure(kong(changes % 2 === 0 ? "a" : "b"));
    const from = stack.kong.served.length;
    await until("requests under it", () => (stack.kong.served.length >= from + 150 || over() ? true : undefined));
  });
  expectUnmixed("kong.yml", changes, result);
  // A request may come for an instance that is being closed: Kong starts another, asks again and warns of it.
  expect(stack.kong.errorLog.filter(({ message }) => !message.startsWith("no plugin instance #"))).toEqual([]);
  expect(await stack.errorLines()).toEqual([]);
});
