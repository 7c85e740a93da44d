/** `graft.yaml` changes while requests run: every change takes hold, none of them is felt, and Envoy needs nothing new. */
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type FakeUpstream, startFakeUpstream } from "../upstream/fake-upstream";
import { chat, expectError, question, text } from "./support/ask";
import { gate } from "./support/gate";
import { Load, type Shot } from "./support/load";
import { metric } from "./support/metrics";
import { Stack } from "./support/stack";
import { until } from "./support/until";

jest.setTimeout(30_000);

let upstream: FakeUpstream;
let stack: Stack;
let load: Load;
const shots: Shot[] = [];

const PLAIN = "{ name: plain, targets: [{ provider: first, model: demo }] }";

/** @param more providers, each on a line of its own */
function config(models: readonly string[], more = ""): string {
  return `
providers:
  first: { kind: openai, base_url: "${upstream.url}/v1", api_keys: ["\${file:key}"], health: { min_requests: 1000 } }
  second: { kind: anthropic, base_url: "${upstream.url}", api_keys: [sk-second], health: { min_requests: 1000 } }
${more}
policies:
  default:
    models:
${[PLAIN, ...models].map((model) => `      - ${model}`).join("\n")}`;
}

const targets = (first: string, second = "demo") =>
  `targets: [{ provider: first, model: ${first} }, { provider: second, model: ${second} }]`;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const directory = Stack.newDirectory();
  writeFileSync(join(directory, "key"), "sk-one\n");
  stack = await Stack.start({ config: config([]), directory });
  const bodies = [0, 1, 2, 3].map((index) => question("plain", { stream: index > 1 }));
  load = new Load(stack.url, bodies, 10);
}, 60_000);

afterAll(async () => {
  await load?.stop();
  await stack?.stop();
  await upstream?.close();
});

const ask = (model: string) => chat(stack.url, question(model));

function becomes(model: string, status: number): Promise<unknown> {
  return until(`${model} answered with ${status}`, async () => ((await ask(model)).status === status ? true : undefined));
}

const NEEDS_ENVOY = "providers, sockets or routes changed: Envoy needs the new output of `graft envoy-config` as well";
const processor = () => stack.processors[0]!;
const reloads = (result: string) => metric(stack.adminUrls[0]!, "graft_config_reloads_total", { result });
const logged = (msg: string) => processor().lines.filter((line) => line["msg"] === msg);

test("a new alias is served, a removed one is not", async () => {
  expect((await ask("new")).status).toBe(404);
  stack.writeConfig(config([`{ name: new, ${targets("demo")} }`]));
  await becomes("new", 200);
  stack.writeConfig(config([]));
  await becomes("new", 404);
});

test("retry policy: statuses, attempts, targets and timeouts", async () => {
  const alias = (rest: string) => stack.writeConfig(config([`{ name: policy, ${rest} }`]));
  alias(`${targets("do-500")}, fallback_statuses: [503]`);
  await becomes("policy", 502);
  alias(`${targets("do-500")}, fallback_statuses: [500, 503]`);
  await becomes("policy", 200);
  expect((await ask("policy")).headers).toMatchObject({ "x-graft-target": "second/demo", "x-graft-attempts": "2" });
  alias(`${targets("do-500")}, attempts: 1`);
  await becomes("policy", 502);
  alias("targets: [{ provider: second, model: do-500 }, { provider: first, model: do-500 }, { provider: second, model: demo }]");
  await becomes("policy", 200);
  expect((await ask("policy")).headers["x-graft-attempts"]).toBe("3");
  // Envoy has one timeout for all tries of a request: the longest of its targets.
  const hangs = (ms: number) =>
    alias(
      `targets: [{ provider: first, model: do-hang-before-headers, timeout_ms: ${ms} }, { provider: second, model: demo, timeout_ms: ${ms} }]`,
    );
  hangs(200);
  await until("the second target", async () => ((await ask("policy")).headers["x-graft-attempts"] === "2" ? true : undefined));
  expect(logged(NEEDS_ENVOY)).toEqual([]);
});

test("a key in a file is rotated by writing the file", async () => {
  expect(upstream.requests[0]?.headers["authorization"]).toBe("Bearer sk-one");
  writeFileSync(join(stack.directory, "key.new"), "sk-two\n");
  renameSync(join(stack.directory, "key.new"), join(stack.directory, "key"));
  await until("the new key", async () => {
    const before = upstream.requests.length;
    await ask("plain");
    return upstream.requests.slice(before).some((request) => request.headers["authorization"] === "Bearer sk-two") || undefined;
  });
  const settled = upstream.requests.length;
  await load.more(20);
  const keys = new Set(upstream.requests.slice(settled + 4).map((request) => request.headers["authorization"]));
  expect([...keys]).toEqual(["Bearer sk-two"]);
  expect(processor().output).not.toContain("sk-two");
});

test.each([
  ["not YAML", "policies: [", "not valid YAML"],
  ["an unknown provider", undefined, "provder"],
  ["an empty file", "", ""],
])("%s is refused: the old configuration serves on, log and metric say so", async (_name, whole, word) => {
  const [refused, applied] = [await reloads("invalid"), await reloads("applied")];
  const before = logged("new configuration refused, the old one stays").length;
  if (whole === undefined) stack.writeConfig(config(["{ name: new, targets: [{ provider: provder, model: demo }] }"]));
  else writeFileSync(stack.configPath, whole);
  await until("the refusal", async () => ((await reloads("invalid")) > refused ? true : undefined));
  const lines = await until("the line", () => {
    const all = logged("new configuration refused, the old one stays");
    return all.length > before ? all : undefined;
  });
  expect(JSON.stringify(lines.at(-1))).toContain(word);
  expect(JSON.stringify(lines.at(-1))).toMatch(/graft\.yaml:\d+:\d+/);
  expect((await ask("plain")).status).toBe(200);
  expect(await reloads("applied")).toBe(applied);
  stack.writeConfig(config(["{ name: repaired, targets: [{ provider: second, model: demo }] }"]));
  await becomes("repaired", 200);
  stack.writeConfig(config([]));
  await becomes("repaired", 404);
});

test("running exchanges keep the configuration they began under, their fallbacks too", async () => {
  stack.writeConfig(config([`{ name: old, ${targets("demo-down")} }`, `{ name: streaming, ${targets("demo")} }`]));
  await becomes("old", 200);
  // The scripts below are for these two requests only.
  shots.push(...(await load.stop()));
  const [falling, streaming] = [gate(), gate()];
  const before = upstream.requests.length;
  upstream.script({ do: "hang-before-headers", until: falling.opened });
  const fallback = ask("old");
  await until("the first attempt", () => upstream.requests[before]?.times.body);
  upstream.script({ do: "hang-mid-stream", until: streaming.opened });
  const stream = chat(stack.url, question("streaming", { stream: true }));
  await until("the stream", () => upstream.requests[before + 1]?.times.body);

  stack.writeConfig(config([]));
  await becomes("old", 404);
  falling.open();
  streaming.open();
  expect((await fallback).headers).toMatchObject({ "x-graft-target": "second/demo", "x-graft-attempts": "2" });
  expect(text(await stream)).toMatch(/data: \[DONE\]\n\n$/);
  load = new Load(stack.url, [question("plain"), question("plain", { stream: true })], 10);
});

test("a provider Envoy does not know yet: said in the log, and an honest error until then", async () => {
  const third = `  third: { kind: openai, base_url: "${upstream.url}/v1" }`;
  stack.writeConfig(config(["{ name: third, targets: [{ provider: third, model: demo }] }"], third));
  await becomes("third", 503);
  expectError(await ask("third"), { status: 503, code: "unavailable" });
  await until("the warning", () => logged(NEEDS_ENVOY)[0]);
  stack.writeConfig(config([]));
  await becomes("third", 404);
});

test("a ConfigMap is swapped by a symbolic link", async () => {
  const { directory, configPath } = stack;
  const version = (name: string, content: string): void => {
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, "graft.yaml"), content);
    symlinkSync(name, join(directory, "..data_tmp"));
    renameSync(join(directory, "..data_tmp"), join(directory, "..data"));
  };
  const content = readFileSync(configPath, "utf8");
  version("..2026_1", content);
  symlinkSync("..data/graft.yaml", `${configPath}.link`);
  renameSync(`${configPath}.link`, configPath);
  version(
    "..2026_2",
    content.replace("name: plain", "name: swapped, targets: [{ provider: second, model: demo }] }\n      - { name: plain"),
  );
  await becomes("swapped", 200);
  version("..2026_3", content);
  await becomes("swapped", 404);
});

test("no request noticed any of it", async () => {
  await load.more(10);
  shots.push(...(await load.stop()));
  const faults = shots.flatMap((shot) => shot.fault ?? []);
  console.info(`reload: ${shots.length} requests, ${faults.length} failed, ${await reloads("applied")} reloads`);
  expect(faults).toEqual([]);
});
