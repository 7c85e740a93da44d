/** The stand-in for Kong over Graft's own end of the protocol: frames cut everywhere, many requests at a time. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPluginServer, listenForKong, type PluginModule, type RpcListener } from "../../kong/rpc";
import { call, type Seen } from "../upstream/raw-client";
import { type Cut, cutAt, cutEvery, cutRandomly } from "./cut";
import { type Echoed, EchoUpstream } from "./echo-upstream";
import { FakeKong, type KongOptions } from "./kong";

const PROBE: PluginModule = require("./fixtures/probe.js");
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const directory = mkdtempSync(join(tmpdir(), "own-listener-"));
const socket = join(directory, "graft.sock");
const server = createPluginServer([PROBE], quiet);

let listener: RpcListener;
let upstream: EchoUpstream;
let kong: FakeKong | undefined;

beforeAll(async () => {
  listener = await listenForKong(server, { socket, logger: quiet });
  upstream = await EchoUpstream.start();
});

afterEach(() => kong?.stop());

afterAll(async () => {
  await upstream?.stop();
  await listener?.close(0);
  rmSync(directory, { recursive: true });
});

async function start(options: Partial<KongOptions> = {}): Promise<FakeKong> {
  const routes = [{ name: "all", paths: ["/"], plugins: [{ name: "probe" }] }];
  const dump = JSON.stringify([await server.GetPluginInfo("probe")]);
  kong = await FakeKong.start({
    config: { services: [{ name: "echo", url: upstream.url, routes }] },
    pluginServers: [{ socket, dump }],
    rpcDeadlineMs: 10_000,
    ...options,
  });
  return kong;
}

const STEPS = [
  ["request.getHeaders"],
  ["client.getConsumer"],
  ["service.setTarget", "127.0.0.1", 0],
  ["service.request.setHeader", "x-graft-token", "0123456789abcdef"],
];

function ask(url: string): Promise<Seen> {
  const steps = JSON.stringify(STEPS).replace('"127.0.0.1",0', `"127.0.0.1",${upstream.port}`);
  return call(url, { headers: { "x-probe": steps } });
}

function expectRun(seen: Seen): void {
  expect(seen.status).toBe(200);
  const { headers } = JSON.parse(seen.body.toString()) as Echoed;
  expect(headers).toMatchObject({ "x-graft-token": "0123456789abcdef", host: "127.0.0.1" });
}

test.each<[string, Cut]>([
  ["one byte a piece", cutEvery(1)],
  ["seven bytes a piece", cutEvery(7)],
  ["at random", cutRandomly()],
  ...Array.from({ length: 60 }, (_, at): [string, Cut] => [`at ${at + 1}`, cutAt(at + 1)]),
])("frames cut %s", async (_, cut) => {
  const { url, errorLog } = await start({ cut });
  expectRun(await ask(url));
  expect(errorLog).toEqual([]);
});

test("many requests at a time on several workers", async () => {
  const { url, errorLog } = await start({ workers: 2, cut: cutRandomly() });
  const all = await Promise.all(Array.from({ length: 100 }, () => ask(url)));
  for (const seen of all) expectRun(seen);
  expect(errorLog).toEqual([]);
  await kong?.settled();
  expect(listener.running).toBe(0);
  expect(kong?.served.filter(({ pdkCalls }) => pdkCalls.length === STEPS.length + 2)).toHaveLength(100);
});
