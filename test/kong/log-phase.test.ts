/** The log phase of an external plugin: in a timer after the answer, on what Kong saved of the request. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { call } from "../upstream/raw-client";
import { echo } from "./echo-upstream";
import { callPdk } from "./pdk";
import { Probe } from "./probe";

let probe: Probe;
let file = "";

beforeAll(async () => {
  probe = await Probe.start();
  file = join(probe.server.directory, "log.jsonl");
}, 30_000);

afterAll(() => probe?.stop());

async function lines(): Promise<Record<string, unknown>[]> {
  await probe.kong.settled();
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test("sees what access left, the answer's head and Kong's own record", async () => {
  const log = { name: "probe-log", config: { file } };
  await probe.kong.reconfigure(probe.config([{ name: "key-auth" }, { name: "probe" }, log]));
  const { seen } = await probe.run(
    [
      ["ctx.shared.set", "token", "t-1"],
      ["log.setSerializeValue", "ai.graft.token", "t-1"],
    ],
    { path: "/v1?x=1", headers: { apikey: "alice-key", authorization: "Bearer secret" }, body: "hello" },
  );
  const [line] = await lines();
  const id = seen.headers["x-kong-request-id"];
  expect(line).toMatchObject({ shared: "t-1", apikey: "alice-key", status: 200 });
  expect(line?.["headers"]).toMatchObject({ "x-kong-request-id": [id], "content-type": ["application/json"] });
  expect(line?.["serialized"]).toEqual({
    request: {
      id,
      uri: "/v1?x=1",
      url: `${probe.kong.url}/v1?x=1`,
      querystring: { x: "1" },
      method: "POST",
      headers: expect.objectContaining({ authorization: "REDACTED", "x-consumer-username": "alice" }),
      size: expect.any(Number),
    },
    upstream_uri: "/v1?x=1",
    upstream_status: "200",
    response: { status: 200, headers: expect.objectContaining({ "x-kong-request-id": id }), size: expect.any(Number) },
    latencies: { request: expect.any(Number), kong: expect.any(Number), proxy: expect.any(Number), receive: expect.any(Number) },
    tries: [{ ip: "127.0.0.1", port: probe.upstream.port, balancer_start: expect.any(Number) }],
    authenticated_entity: { id: expect.any(String) },
    consumer: expect.objectContaining({ username: "alice" }),
    route: expect.objectContaining({ name: "all" }),
    service: expect.objectContaining({ name: "echo" }),
    client_ip: "127.0.0.1",
    started_at: expect.any(Number),
    source: "upstream",
    ai: { graft: { token: "t-1" } },
  });
});

test("runs after Kong's own answers too, and after clients that left", async () => {
  await call(probe.kong.url);
  expect((await lines()).at(-1)).toMatchObject({ status: 401, serialized: { source: "kong", latencies: { proxy: -1 } } });
  probe.upstream.handler = (_, response) => void response.write("x".repeat(100));
  await call(probe.kong.url, { headers: { apikey: "alice-key" }, leaveAfter: 10 });
  expect((await lines()).at(-1)).toMatchObject({ status: 499 });
  probe.upstream.handler = echo;
});

test("what needs the request itself is an error there, which nobody but Kong hears of", async () => {
  const context = { request: {} as never, phase: "log", log: () => {} } as const;
  await expect(callPdk(context, "kong.nginx.get_var", ["request_id"])).rejects.toThrow("cannot be called in log phase");
  await expect(callPdk(context, "kong.response.exit", [200])).rejects.toThrow("cannot be called in log phase");
});
