/** Alerts by webhook: signed, sent until the receiver is there, and once, however many processes spend together. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { metric } from "../../e2e/support/metrics";
import { freePort } from "../../e2e/support/ports";
import { ROOT } from "../../e2e/support/stack";
import { until } from "../../e2e/support/until";
import { describeWithRedis, type RedisServer, startRedis } from "../../stores/support/redis-server";
import { startFakeUpstream } from "../../upstream/fake-upstream";
import { ask, PRICES, steady } from "../limits/support";
import { HOST, HOST_NAMES, type HostSetup, type RunningHost } from "../support/hosts";
import { ANSWER, budget, nanos, PRICE, paid } from "./support";

jest.setTimeout(60_000);

const SECRET = "whsec-0123456789";
const ALERTS = [
  ["soft", 50],
  ["soft", 80],
  ["soft", 100],
  ["soft-rolling", 100],
] as const;

type Verify = (body: Buffer, header: string, secret: string, toleranceSeconds?: number) => boolean;

/** As the manual tells receivers to do it. */
function manualsVerify(): Verify {
  const [, snippet = ""] = /```js\n(.*?)```/s.exec(readFileSync(join(ROOT, "docs/budgets.md"), "utf8")) ?? [];
  const directory = mkdtempSync(join(tmpdir(), "graft-webhook-"));
  writeFileSync(join(directory, "verify.cjs"), snippet);
  const { verify } = require(join(directory, "verify.cjs")) as { readonly verify: Verify };
  rmSync(directory, { recursive: true });
  return verify;
}

interface Delivery {
  readonly id: string;
  readonly signature: string;
  readonly body: Buffer;
  readonly status: number;
}

/** Fails the first try of each. */
function receiver(deliveries: Delivery[]): Server {
  return createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { "x-graft-delivery": id, "x-graft-signature": signature } = request.headers;
    const status = deliveries.some((it) => it.id === id) ? 204 : 500;
    deliveries.push({ id: String(id), signature: String(signature), body: Buffer.concat(pieces), status });
    response.writeHead(status).end();
  });
}

describeWithRedis("alerts", () => {
  let redis: RedisServer;
  const close: (() => unknown)[] = [];

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(async () => {
    await Promise.all(close.map((it) => it()));
    await redis?.remove();
  });

  /** Two processes behind one Envoy, or each with a Kong of its own. */
  async function twoProcesses(name: (typeof HOST_NAMES)[number], webhook: object) {
    const upstream = await startFakeUpstream();
    close.push(() => upstream.close());
    const soft = { hard: false, limit_usd: PRICE * 10 };
    const setup: HostSetup = {
      providers: { one: steady(upstream) },
      models: [{ name: "fast", targets: [{ provider: "one", model: "gpt-4o-mini" }] }],
      policy: {
        plugins: {
          budget: {
            budgets: [
              budget("soft", PRICE * 10, ["fast"], { ...soft, alerts: [50, 80, 100], time_zone: "Europe/Berlin" }),
              budget("soft-rolling", PRICE * 10, ["fast"], { ...soft, alerts: [100], period: "rolling", by: ["feature"] }),
            ],
            webhook,
          },
        },
      },
      sections: { prices: PRICES, store: { kind: "redis", redis: { url: redis.url, namespace: name, deadline_ms: 1000 } } },
      processors: 2,
    };
    const hosts = await Promise.all(Array.from({ length: name === "kong" ? 2 : 1 }, () => HOST[name].start(setup)));
    close.push(...hosts.map((host) => () => host.stop()));
    return { hosts, upstream, urls: hosts.map(({ url }) => url) };
  }

  const logged = (hosts: readonly RunningHost[]) =>
    hosts.flatMap(({ processors }) =>
      processors.flatMap(({ lines }) => lines.filter(({ level, msg }) => level === "warn" && msg === "budget alert")),
    );
  const sum = async (hosts: readonly RunningHost[], name: string, labels: Record<string, string>) => {
    const counts = await Promise.all(hosts.flatMap(({ adminUrls }) => adminUrls.map((url) => metric(url, name, labels))));
    return counts.reduce((all, count) => all + count, 0);
  };

  async function told(name: (typeof HOST_NAMES)[number], verify: Verify): Promise<void> {
    const port = await freePort();
    const webhook = { url: `http://127.0.0.1:${port}/alerts?key=k`, secret: SECRET };
    const { hosts, upstream, urls } = await twoProcesses(name, webhook);
    const spend = async (count: number) => {
      upstream.script(...Array.from({ length: count }, () => paid));
      const asked = Array.from({ length: count }, (_, at) => ask(urls[at % urls.length] ?? "", "fast", { max_tokens: ANSWER }));
      expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array.from({ length: count }, () => 200));
    };
    await spend(14);
    await until("alerts in the log", () => (logged(hosts).length >= ALERTS.length ? true : undefined));
    // Nobody is there yet: the first try of each has failed.
    await sleep(100);
    const deliveries: Delivery[] = [];
    const server = receiver(deliveries);
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    close.push(() => server.close());
    await spend(4);
    await until("deliveries", () =>
      deliveries.filter(({ status }) => status === 204).length >= ALERTS.length ? true : undefined,
    );
    // One too many would come now.
    await sleep(300);

    const taken = deliveries.filter(({ status }) => status === 204);
    const alerts = taken.map(({ body }) => JSON.parse(body.toString()) as Readonly<Record<string, unknown>>);
    expect(alerts.map((it) => [it["budget"], it["percent"]]).sort()).toEqual(ALERTS.map((it) => [...it]).sort());
    expect(deliveries).toHaveLength(2 * ALERTS.length);
    for (const [at, { id, body, signature }] of taken.entries()) {
      expect(alerts[at]?.["id"]).toBe(id);
      const failed = deliveries.find((it) => it.id === id && it.status === 500);
      expect(failed?.body.equals(body)).toBe(true);
      expect(verify(body, signature, SECRET)).toBe(true);
      expect(verify(Buffer.concat([body, Buffer.from(" ")]), signature, SECRET)).toBe(false);
      expect(verify(body, signature, `${SECRET}x`)).toBe(false);
      expect(verify(body, signature.replace(/^t=\d+/, "t=1700000000"), SECRET)).toBe(false);
      expect(verify(body, signature, SECRET, -5)).toBe(false);
      for (const wrong of ["", "t=1", "v1=", "t=,v1=", `t=${Math.floor(Date.now() / 1000)},v1=zz`]) {
        expect(verify(body, wrong, SECRET)).toBe(false);
      }
    }
    const half = alerts.find((it) => it["budget"] === "soft" && it["percent"] === 50);
    expect(half).toEqual({
      type: "budget.alert",
      id: expect.stringMatching(/^alert_/),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      policy: "default",
      budget: "soft",
      percent: 50,
      hard: false,
      spent_usd: expect.stringMatching(/^0\.0\d+$/),
      limit_usd: "0.0202",
      scope: {},
      period: { kind: "month", start: expect.any(String), end: expect.any(String) },
    });
    for (const alert of alerts) {
      const spent = nanos(alert["spent_usd"]);
      // Others may have spent more by the time that it is told.
      expect(spent).toBeGreaterThanOrEqual((nanos(alert["limit_usd"]) * Number(alert["percent"])) / 100);
      expect(spent % nanos(PRICE)).toBe(0);
    }
    expect(alerts.find((it) => it["budget"] === "soft-rolling")).toMatchObject({ scope: { feature: "" } });

    expect(logged(hosts)).toHaveLength(ALERTS.length);
    expect(await sum(hosts, "graft_budget_alerts_total", { budget: "soft", percent: "80" })).toBe(1);
    expect(await sum(hosts, "graft_budget_webhooks_total", { result: "delivered" })).toBe(ALERTS.length);
    const atWork = hosts.flatMap(({ processors }) =>
      processors.filter(({ lines }) => lines.some((it) => it["msg"] === "exchange")),
    );
    expect(atWork).toHaveLength(2);
    expect(hosts.flatMap(({ processors }) => processors.map(({ output }) => output)).join("")).not.toMatch(/key=k|whsec/);
    console.info(
      `${name}: 18 answers of 2 processes, ${alerts.length} alerts, ${deliveries.length} deliveries, half of them refused`,
    );
  }

  test("behind every gateway", async () => {
    const verify = manualsVerify();
    const each = await Promise.allSettled(HOST_NAMES.map((name) => told(name, verify)));
    for (const it of each) if (it.status === "rejected") throw it.reason;
  });
});
