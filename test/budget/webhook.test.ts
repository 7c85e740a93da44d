import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook, type WebhookOptions } from "../../plugins/budget/webhook";
import { signature } from "../../plugins/web-calls/json-endpoint";
import { clock } from "../support/exchange";
import { one, replica } from "./support";

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Ended = Parameters<WebhookOptions["ended"]>;

let server: Server;
let received: Received[];
/** Statuses of the next answers, then 200; 0 = none at all. */
let answers: number[];

beforeEach(async () => {
  received = [];
  answers = [];
  server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      received.push({ headers: request.headers, body: Buffer.concat(pieces).toString() });
      const status = answers.shift() ?? 200;
      if (status === 0) return;
      response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end("thanks");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const port = () => (server.address() as AddressInfo).port;

function config(it: Partial<WebhookOptions["config"]> = {}): WebhookOptions["config"] {
  return { url: `http://127.0.0.1:${port()}/hook`, secret: "s3cret", timeout_ms: 2000, allow_link_local: false, ...it };
}

/** @returns how sending ended */
function send(it: Partial<WebhookOptions["config"]> = {}, options: Partial<WebhookOptions> = {}, body = "{}"): Promise<Ended> {
  return new Promise((resolve) => {
    const ended = (...how: Ended): void => resolve(how);
    new Webhook({ config: config(it), clock, firstWaitMs: 0, random: () => 0.5, atEnd: new Set(), ended, ...options }).send(
      "alert_1",
      body,
    );
  });
}

test("signed, with its id", async () => {
  expect(await send({}, {}, `{"percent":80}`)).toEqual(["delivered", "alert_1", undefined]);
  const [{ headers, body } = { headers: {}, body: "" }] = received;
  expect(body).toBe(`{"percent":80}`);
  expect(headers).toMatchObject({ "content-type": "application/json", "x-graft-delivery": "alert_1" });
  const seconds = Math.floor(clock.now() / 1000);
  expect(headers["x-graft-signature"]).toBe(`t=${seconds},v1=${signature("s3cret", seconds, body)}`);
});

test("the signature is the documented one", () => {
  // printf '1700000000.{}' | openssl dgst -sha256 -hmac s3cret
  expect(signature("s3cret", 1_700_000_000, "{}")).toBe("97926816e98fbb41ccb1673225ff29a2f35369099990e1b1561651e7bd097ebf");
});

test("a receiver that is down, and then up, gets it under the same id", async () => {
  answers = [500, 503, 0, 429];
  expect((await send({ timeout_ms: 200 }))[0]).toBe("delivered");
  expect(received).toHaveLength(5);
  expect(new Set(received.map(({ headers }) => headers["x-graft-delivery"]))).toEqual(new Set(["alert_1"]));
});

test("tries end some time", async () => {
  answers = Array.from({ length: 100 }, () => 500);
  expect(await send()).toEqual(["failed", "alert_1", "status 500"]);
  expect(received).toHaveLength(12);
});

test("redirects are not followed", async () => {
  answers = Array.from({ length: 12 }, () => 302);
  expect(await send()).toEqual(["failed", "alert_1", "status 302"]);
  expect(received).toHaveLength(12);
});

test("nobody there", async () => {
  const [result, , error] = await send({ url: "http://127.0.0.1:1/secret-path" });
  expect(result).toBe("failed");
  expect(error).not.toContain("secret-path");
});

test("link-local addresses are refused, written or looked up", async () => {
  await expect(send({ url: "http://169.254.169.254/latest" })).rejects.toThrow("link-local");
  await expect(send({ url: "http://[fd00:ec2::254]/" })).rejects.toThrow("link-local");
  const lookup: WebhookOptions["lookup"] = (_host, _options, callback) =>
    callback(null, [{ address: "169.254.169.254", family: 4 }]);
  const [result, , error] = await send({ url: "http://hook.test/" }, { lookup });
  expect([result, error]).toEqual(["failed", expect.stringContaining("link-local")]);
  expect(received).toEqual([]);
});

test("a thousand wait at most", async () => {
  answers = Array.from({ length: 5000 }, () => 0);
  const ends: Ended[] = [];
  const webhook = new Webhook({
    config: config({ timeout_ms: 60_000 }),
    clock,
    random: () => 0.5,
    atEnd: new Set(),
    ended: (...how) => void ends.push(how),
  });
  for (let count = 0; count < 1002; count += 1) webhook.send(`alert_${count}`, "{}");
  expect(ends.map(([result, id]) => `${result} ${id}`)).toEqual(["dropped alert_1000", "dropped alert_1001"]);
});

test("the alert of a budget", async () => {
  const url = `http://127.0.0.1:${port()}/hook`;
  const it = replica(one({ limit_usd: 1, by: ["team"], alerts: [100] }, { webhook: { url, secret: "s3cret" } }));
  await it.ask({ caller: { team: "red" } });
  while (it.counted.get("graft_budget_webhooks_total test delivered") !== 1)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect(JSON.parse(received[0]?.body ?? "")).toEqual({
    type: "budget.alert",
    id: received[0]?.headers["x-graft-delivery"],
    at: new Date(clock.now()).toISOString(),
    policy: "test",
    budget: "b",
    percent: 100,
    hard: true,
    spent_usd: "1.00",
    limit_usd: "1.00",
    scope: { team: "red" },
    period: { kind: "month", start: "2026-01-01T00:00:00.000Z", end: "2026-02-01T00:00:00.000Z" },
  });
});

test("what waits when the process ends is tried once more, at once", async () => {
  answers = [500];
  const atEnd = new Set<() => Promise<void>>();
  const ended = send({}, { atEnd, firstWaitMs: 60_000 });
  while (received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  for (const work of atEnd) await work();
  expect(await ended).toEqual(["delivered", "alert_1", undefined]);
  expect(received).toHaveLength(2);
  expect(atEnd.size).toBe(0);
});

test("and given up when it fails again", async () => {
  answers = [500, 500];
  const atEnd = new Set<() => Promise<void>>();
  const ended = send({}, { atEnd, firstWaitMs: 60_000 });
  while (received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  for (const work of atEnd) await work();
  expect(await ended).toEqual(["failed", "alert_1", "status 500"]);
});
