/** kong/kong.yml and kong/plugin-info.json as Kong takes them, and what a plugin instance gets of them in the end. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { instanceConfigReader } from "../../kong/instance-config";
import { createPluginServer, listenForKong, type RpcListener } from "../../kong/rpc";
import { emptyConfig, KNOWN } from "../../plugins/config";
import { call } from "../upstream/raw-client";
import type { DeclarativeConfig } from "./declarative";
import { FakeKong } from "./kong";

const ROOT = join(__dirname, "../..");
const declaration: DeclarativeConfig = parse(readFileSync(join(ROOT, "kong/kong.yml"), "utf8"));
const dump = readFileSync(join(ROOT, "kong/plugin-info.json"), "utf8");
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const directory = mkdtempSync(join(tmpdir(), "shipped-config-"));
const socket = join(directory, "graft.sock");
const configs: unknown[] = [];
let listener: RpcListener;

class Graft {
  constructor(config: unknown) {
    configs.push(config);
  }
  access(): void {}
}

beforeAll(async () => {
  listener = await listenForKong(createPluginServer([{ Name: "graft", Plugin: Graft, Version: "1" }], quiet), {
    socket,
    logger: quiet,
  });
});

afterAll(async () => {
  await listener?.close(0);
  rmSync(directory, { recursive: true });
});

test.each(["null", "absent"] as const)("unset fields as %s", async (unset) => {
  const env = { OPENAI_API_KEY: "sk-openai", ANTHROPIC_API_KEY: "sk-anthropic" };
  const kong = await FakeKong.start({ config: declaration, pluginServers: [{ socket, dump }], env, unset });
  try {
    const ask = (authorization: string) => call(`${kong.url}/v1/chat/completions`, { headers: { authorization }, body: "{}" });
    expect((await ask("Bearer nobody")).status).toBe(401);
    // The plugin sets no target here, and nobody answers at the service's own address.
    expect((await ask("Bearer alice-demo-key")).status).toBe(502);
  } finally {
    await kong.stop();
  }
  const received = configs.at(-1);
  expect(received).toMatchObject({
    providers: { openai: { api_keys: ["sk-openai"], $refs: { api_keys: ["{vault://env/openai-api-key}"] } } },
  });
  const read = instanceConfigReader(KNOWN)(received, emptyConfig());
  expect(read).toMatchObject({ kind: "inline", groupsFromAcl: true });
});
