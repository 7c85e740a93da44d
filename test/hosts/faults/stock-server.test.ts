/** The compiled plugins in Kong's stock JavaScript plugin server: what it tells Kong of them, and that they serve there as well. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chat, dataOf, json, question, said } from "../../e2e/support/ask";
import { ROOT } from "../../e2e/support/stack";
import { until } from "../../e2e/support/until";
import type { PluginConfig } from "../../kong/declarative";
import { FakeKong } from "../../kong/kong";
import { type PluginInfo, pluginOf } from "../../kong/plugin-servers";
import { StockServer } from "../../kong/stock-server";
import { llm } from "../../kong/support";
import { type FakeUpstream, startFakeUpstream } from "../../upstream/fake-upstream";
import { inline } from "./support";

jest.setTimeout(60_000);

const BIN = join(ROOT, "node_modules/kong-pdk/bin/kong-js-pluginserver");
const GRAFT = join(ROOT, "dist/kong/plugin");
const GRAFT_LOG = join(ROOT, "dist/kong/plugin-log");

let directory: string;
let upstream: FakeUpstream;
let server: StockServer | undefined;
let kong: FakeKong | undefined;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "graft-stock-"));
  upstream = await startFakeUpstream();
});

afterEach(async () => {
  await kong?.stop();
  await server?.stop();
  await upstream?.close();
  rmSync(directory, { recursive: true, force: true });
  [kong, server] = [undefined, undefined];
});

describe("asked for its plugins", () => {
  /** With an environment under which a start would be seen: a log, an admin port, and a word for each port opened. */
  function ask(plugins: string, ...flags: string[]) {
    const spy = join(directory, "spy.js");
    const seen = join(directory, "listened");
    writeFileSync(
      spy,
      `const { Server } = require("net"), { listen } = Server.prototype;
       Server.prototype.listen = function (...args) { require("fs").writeFileSync(${JSON.stringify(seen)}, "x"); return listen.apply(this, args); };`,
    );
    const env = {
      ...process.env,
      NODE_OPTIONS: `--require ${spy}`,
      GRAFT_CONFIG: join(directory, "none.yaml"),
      GRAFT_LOG_LEVEL: "trace",
    };
    const { stdout, stderr, status } = spawnSync(process.execPath, [BIN, "-d", plugins, ...flags], { encoding: "utf8", env });
    return { stdout, stderr, status, listened: existsSync(seen) };
  }

  test.each([
    ["graft", GRAFT, "plugin-info.json"],
    ["graft-log", GRAFT_LOG, "plugin-info-log.json"],
  ])("%s: says what our own command says, in one line of JSON, and starts nothing", (name, plugins, shipped) => {
    const { stdout, ...rest } = ask(plugins, "--dump-all-plugins");
    expect(rest).toEqual({ stderr: "", status: 0, listened: false });
    const dumped = pluginOf({ socket: "", dump: stdout });
    const own = (JSON.parse(readFileSync(join(ROOT, "kong", shipped), "utf8")) as PluginInfo[])[0];
    expect(dumped).toMatchObject({ Name: name, Version: own?.Version, Priority: own?.Priority, Phases: own?.Phases });
    const fields = (info: PluginInfo | undefined) => info?.Schema.fields.find((field) => "config" in field)?.["config"];
    // The stock server has no place for what stands beside `config`, nor for checks between its fields.
    expect(fields(dumped)?.["fields"]).toEqual(fields(own)?.["fields"]);
  });
});

/** Kong over the stock server. @param env of the server */
async function start(env: NodeJS.ProcessEnv, plugins: readonly PluginConfig[]): Promise<FakeKong> {
  server = await StockServer.start(GRAFT, env);
  kong = await FakeKong.start({ config: llm(plugins), pluginServers: [server.dump("graft")], workers: 2, rpcDeadlineMs: 20_000 });
  return kong;
}

function graftYaml(): string {
  const path = join(directory, "graft.yaml");
  writeFileSync(
    path,
    `version: 1\nproviders:\n  one: { kind: anthropic, base_url: "${upstream.url}", api_keys: [sk-one] }\npolicies:\n  default:\n    models: [{ name: smart, targets: [{ provider: one, model: demo }] }]\n`,
  );
  return path;
}

test("a policy of graft.yaml, whole and streamed; configured by the environment", async () => {
  const { url } = await start({ GRAFT_CONFIG: graftYaml(), GRAFT_LOG_LEVEL: "warn" }, [
    { name: "graft", config: { policy: "default" } },
  ]);
  for (const stream of [false, true, false]) {
    const seen = await chat(url, question("smart", { stream }), { agent: false });
    expect(seen).toMatchObject({ status: 200, complete: true, headers: { "x-graft-target": "one/demo" } });
    expect(said(seen)).toContain("question for smart");
    if (stream) expect(dataOf(seen).at(-1)).toBe("[DONE]");
  }
  expect(kong?.errorLog).toEqual([]);
  expect(server?.program.output).not.toContain('"msg":"exchange"');
});

test("a configuration in Kong, and no environment at all", async () => {
  const { url } = await start({}, [inline(upstream)]);
  const seen = await chat(url, question("demo", { stream: true }));
  expect(seen).toMatchObject({ status: 200, complete: true });
  await until("the record", () => server?.program.lines.find((line) => line["msg"] === "exchange"));
});

test.each([
  ["no such file", () => join(directory, "none.yaml"), "none.yaml"],
  [
    "a file that is wrong",
    () => {
      const path = join(directory, "wrong.yaml");
      writeFileSync(path, "version: 1\npolicies: []\n");
      return path;
    },
    "wrong.yaml:2",
  ],
])("it cannot start, with %s: every request is refused, the log says why, and the process survives", async (_, path, says) => {
  const { url } = await start({ GRAFT_CONFIG: path() }, [inline(upstream)]);
  for (const stream of [false, true, false]) {
    const seen = await chat(url, question("demo", { stream }), { agent: false });
    expect(seen).toMatchObject({ status: 503, complete: true, headers: { "x-should-retry": "true" } });
    expect(json(seen)).toMatchObject({ error: { type: "server_error", code: "unavailable" } });
  }
  expect(upstream.requests).toEqual([]);
  await until("the reason", () => (server?.program.output.includes(says) ? true : undefined));
  expect(server?.program.output).not.toContain("unhandled");
});
