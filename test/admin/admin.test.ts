import { connect } from "node:net";
import { Counter, Registry } from "prom-client";
import { type Admin, type AdminOptions, startAdmin } from "../../plugins/admin";
import { answerPurge } from "../../plugins/cache/answer-purge";
import { EntryStore } from "../../plugins/cache/entries/entry-store";
import { openMemoryStores } from "../../plugins/stores/memory";
import { VirtualClock } from "../support/virtual-clock";

const open: Admin[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((admin) => admin.close()));
});

async function start(options: Partial<AdminOptions> = {}): Promise<string> {
  const registry = new Registry();
  new Counter({ name: "seen_total", help: "Seen", registers: [registry] }).inc(3);
  const admin = await startAdmin({ listen: "127.0.0.1:0", ready: () => ({ ready: true }), registry, ...options });
  open.push(admin);
  return `http://${admin.address}`;
}

async function ask(url: string, init: RequestInit = {}): Promise<[number, string]> {
  const answer = await fetch(url, init);
  return [answer.status, await answer.text()];
}

test("alive, ready, metrics", async () => {
  const url = await start();
  await expect(ask(`${url}/healthz`)).resolves.toEqual([200, '{"status":"ok"}']);
  await expect(ask(`${url}/readyz?verbose`)).resolves.toEqual([200, '{"status":"ready"}']);
  const metrics = await fetch(`${url}/metrics`);
  expect(metrics.headers.get("content-type")).toContain("text/plain; version=0.0.4");
  await expect(metrics.text()).resolves.toContain("seen_total 3");
});

test("not ready says why, and is still alive", async () => {
  let ready = false;
  const url = await start({ ready: () => ({ ready, reason: 'draining "now"' }) });
  await expect(ask(`${url}/readyz`)).resolves.toEqual([503, '{"error":"draining \\"now\\""}']);
  await expect(ask(`${url}/healthz`)).resolves.toEqual([200, '{"status":"ok"}']);
  ready = true;
  expect((await ask(`${url}/readyz`))[0]).toBe(200);
});

test.each([
  ["GET", "/", 404],
  ["GET", "/metrics/", 404],
  ["GET", "//metrics", 404],
  ["POST", "/metrics", 405],
  ["DELETE", "/readyz", 405],
  ["POST", "/nowhere", 404],
])("%s %s is %i, in JSON", async (method, path, status) => {
  const answer = await fetch((await start()) + path, { method });
  expect(answer.status).toBe(status);
  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(Object.keys((await answer.json()) as object)).toEqual(["error"]);
  expect(answer.headers.get("allow")).toBe(status === 405 ? "GET, HEAD" : null);
});

test("HEAD answers without a body", async () => {
  await expect(ask(`${await start()}/healthz`, { method: "HEAD" })).resolves.toEqual([200, ""]);
});

test.each([
  [undefined, 401],
  ["Bearer t0ken-longer", 401],
  ["Bearer t0ke", 401],
  ["Bearer ", 401],
  ["Basic t0ken", 401],
  ["t0ken", 401],
  ["Bearer t0ken", 200],
  ["bearer t0ken", 200],
])("with a token, authorization %j gets %i on every path", async (authorization, status) => {
  const url = await start({ token: "t0ken" });
  for (const path of ["/healthz", "/readyz", "/metrics"]) {
    const answer = await fetch(url + path, { headers: authorization === undefined ? {} : { authorization } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get("www-authenticate")).toBe(status === 401 ? "Bearer" : null);
  }
  // Which paths exist is nobody's business either.
  if (status === 401) expect((await fetch(`${url}/nowhere`)).status).toBe(401);
});

test("failing metrics are a 500, without the reason", async () => {
  const registry = { contentType: "text/plain", metrics: () => Promise.reject(new Error("internals")) } as unknown as Registry;
  await expect(ask(`${await start({ registry })}/metrics`)).resolves.toEqual([500, '{"error":"the answer could not be made"}']);
});

test("a request body is not waited for", async () => {
  const url = new URL(await start());
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname);
    let text = "";
    socket.on("data", (bytes) => {
      text += bytes.toString();
    });
    socket.on("close", () => resolve(text));
    socket.on("error", reject);
    socket.write("GET /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\nabc");
  });
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});

test("headers over the limit are refused", async () => {
  expect((await fetch(`${await start()}/healthz`, { headers: { x: "y".repeat(20_000) } })).status).toBe(431);
});

test("a taken port is an error, not a crash", async () => {
  const { port } = new URL(await start());
  await expect(start({ listen: `127.0.0.1:${port}` })).rejects.toMatchObject({ code: "EADDRINUSE" });
  await expect(start({ listen: "nonsense" })).rejects.toThrow("host:port");
});

test("closing does not wait for connections", async () => {
  const url = new URL(await start());
  const socket = connect(Number(url.port), url.hostname);
  await new Promise((resolve) => socket.once("connect", resolve));
  const gone = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined);
  await open.pop()?.close();
  await gone;
});

describe("POST /cache/purge", () => {
  const intent = { method: "POST", headers: { "x-graft-admin": "purge" } };

  test("empties namespaces, all of the configuration where none is named", async () => {
    const clock = new VirtualClock();
    const { kv } = openMemoryStores(clock);
    const store = (namespace: string) => new EntryStore({ kv, namespace, maxBytes: 1000, onTrouble: () => {} });
    const policies = { a: { plugins: { cache: { scope: "caller" as const } } }, b: { plugins: {} } };
    const url = await start({ purge: (params) => answerPurge(params, { policies }, { stores: { kv } }) });
    const epochs = async () => [(await store("a").get("k")).epoch, (await store("x").get("k")).epoch];
    const before = await epochs();
    await expect(ask(`${url}/cache/purge`, intent)).resolves.toEqual([200, '{"purged":["a"]}']);
    await expect(ask(`${url}/cache/purge?namespace=x`, intent)).resolves.toEqual([200, '{"purged":["x"]}']);
    expect(await epochs()).toEqual(before.map((epoch) => (epoch ?? 0) + 1));
  });

  test("asks for the intent, the method and the token", async () => {
    const purge = jest.fn(async () => ({ status: 200, body: "{}" }));
    const url = await start({ purge, token: "secret" });
    const headers = { authorization: "Bearer secret" };
    expect((await ask(`${url}/cache/purge`, intent))[0]).toBe(401);
    expect((await ask(`${url}/cache/purge`, { method: "POST", headers }))[0]).toBe(400);
    const read = await fetch(`${url}/cache/purge`, { headers });
    expect([read.status, read.headers.get("allow")]).toEqual([405, "POST"]);
    expect(purge).not.toHaveBeenCalled();
    expect((await ask(`${url}/cache/purge`, { method: "POST", headers: { ...headers, ...intent.headers } }))[0]).toBe(200);
  });

  test("says when the store did not take it", async () => {
    const away = { ...openMemoryStores(new VirtualClock()).kv, get: () => Promise.reject(new Error("away")) };
    const url = await start({ purge: (params) => answerPurge(params, { policies: {} }, { stores: { kv: away } }) });
    const [status, body] = await ask(`${url}/cache/purge?namespace=x`, intent);
    expect([status, body]).toEqual([503, expect.stringContaining("did not take it")]);
  });
});
