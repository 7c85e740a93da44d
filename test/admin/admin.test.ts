import { connect } from "node:net";
import { Counter, Registry } from "prom-client";
import { type Admin, type AdminOptions, startAdmin } from "../../plugins/admin";

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
