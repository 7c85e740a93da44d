/** Four processes against one limit in one Redis, behind every gateway: they admit together what one of them would. */
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { question } from "../../e2e/support/ask";
import { gate } from "../../e2e/support/gate";
import { describeWithRedis, type RedisServer, startRedis } from "../../stores/support/redis-server";
import { type FakeUpstream, startFakeUpstream } from "../../upstream/fake-upstream";
import { HOST, HOST_NAMES, type HostSetup, type RunningHost } from "../support/hosts";
import { ask, burst, limit, steady } from "./support";

jest.setTimeout(60_000);

const REPLICAS = 4;
const REQUESTS = 40;
const ADMITTED = 10;
const ANSWER = 1000;

const SLOW = 200;
const SHARE_PERCENT = 5;
const SLICE = (SLOW * SHARE_PERCENT) / 100;

const MODELS = ["asks", "tokens", "running", "many"];
const MANY = limit("many", "requests", SLOW, ["many"]);
/** For one of the hosts: a process that counts tokens takes twice as long to start. */
const TOKENS = limit("tokens", "total_tokens", ADMITTED * (ANSWER + 60), ["tokens"]);
const LIMITS = [limit("asks", "requests", ADMITTED, ["asks"]), limit("running", "concurrency", ADMITTED, ["running"]), MANY];

interface Replicas {
  readonly hosts: readonly RunningHost[];
  readonly upstream: FakeUpstream;
}

describeWithRedis("replicas", () => {
  let redis: RedisServer;
  const opened: Replicas[] = [];

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(async () => {
    await Promise.all(opened.flatMap(({ hosts, upstream }) => [...hosts.map((host) => host.stop()), upstream.close()]));
    await redis?.remove();
  });

  /** Behind Envoy one Envoy, with Kong a Kong for each. */
  async function start(
    name: (typeof HOST_NAMES)[number],
    limits: readonly object[],
    namespace: string,
    store: object = {},
  ): Promise<Replicas & { readonly urls: readonly string[] }> {
    const upstream = await startFakeUpstream();
    const setup: HostSetup = {
      providers: { one: steady(upstream) },
      models: MODELS.map((model) => ({ name: model, targets: [{ provider: "one", model: "gpt-4o-mini" }] })),
      policy: { plugins: { rate_limit: { limits } } },
      sections: {
        store: { kind: "redis", redis: { url: redis.url, namespace, deadline_ms: 1000 }, ...store },
      },
      processors: REPLICAS,
    };
    const starts = Array.from({ length: name === "kong" ? REPLICAS : 1 }, () => HOST[name].start(setup));
    const hosts = await Promise.all(starts);
    opened.push({ hosts, upstream });
    return { hosts, upstream, urls: hosts.map(({ url }) => url) };
  }

  /** Calls of scripts so far. */
  async function calls(): Promise<number> {
    const client = new Redis(redis.url);
    const stats = await client.info("commandstats");
    client.disconnect();
    return [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  /** No process asks Redis any more. */
  async function quiet(): Promise<number> {
    for (let before = -1, now = await calls(); ; before = now, now = await calls()) {
      if (now === before) return now;
      await sleep(50);
    }
  }

  /** Each would have had a slot; it is granted when nobody is there to use it. */
  async function leaveWhileRedisThinks(urls: readonly string[]): Promise<void> {
    redis.signal("SIGSTOP");
    const aborts = Array.from({ length: ADMITTED }, (_, at) => {
      const abort = new AbortController();
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify(question("running"));
      const url = `${urls[at % urls.length]}/v1/chat/completions`;
      fetch(url, { method: "POST", headers, body, signal: abort.signal }).catch(() => {});
      return abort;
    });
    await sleep(150);
    for (const abort of aborts) abort.abort();
    await sleep(150);
    redis.signal("SIGCONT");
    await quiet();
  }

  function expectAllAtWork(hosts: readonly RunningHost[]): void {
    const idle = hosts.flatMap(({ processors }) =>
      processors.filter(({ lines }) => !lines.some((line) => line["msg"] === "exchange")),
    );
    expect(idle).toEqual([]);
  }

  test("behind every gateway", async () => {
    // They start together, which takes less time.
    const each = await Promise.all(
      HOST_NAMES.map(async (name) => ({ name, ...(await start(name, name === "relay" ? [TOKENS, ...LIMITS] : LIMITS, name)) })),
    );
    for (const { name, hosts, upstream, urls } of each) {
      for (const model of name === "relay" ? ["asks", "tokens", "running"] : ["asks", "running"]) {
        const body = question(model, { max_tokens: ANSWER });
        const { admitted, refused } = await burst({ urls, upstream, gate: gate() }, body, {
          count: REQUESTS,
          admitted: ADMITTED,
        });
        console.info(
          `${name}, ${REPLICAS} processes, one Redis, ${model}: ${REQUESTS} requests at once, ${admitted.length} admitted, bound ${ADMITTED}`,
        );
        expect({ name, model, admitted: admitted.length }).toEqual({ name, model, admitted: ADMITTED });
        expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([429]));
      }
      const before = await quiet();
      const rounds = 20;
      for (let count = 0; count < rounds; count += 1) {
        expect((await ask(urls[count % urls.length] ?? "", "many")).status).toBe(200);
      }
      // One to reserve, one to settle.
      expect(((await quiet()) - before) / rounds).toBe(2);
      expectAllAtWork(hosts);
      await leaveWhileRedisThinks(urls);
      const again = await burst({ urls, upstream, gate: gate() }, question("running"), { count: REQUESTS, admitted: ADMITTED });
      console.info(
        `${name}, after ${ADMITTED} clients have left while Redis was slow: ${again.admitted.length} slots of ${ADMITTED}`,
      );
      expect(again.admitted.length).toBe(ADMITTED);
    }
    const errors = await Promise.all(each.flatMap(({ hosts }) => hosts.map((host) => host.errorLines())));
    expect(errors.flat()).toEqual([]);
  });

  test("leases: no more than the limit and a slice for each process", async () => {
    const { hosts, upstream, urls } = await start("relay", [MANY], "leases", {
      lease: { enabled: true, share_percent: SHARE_PERCENT },
    });
    const before = await calls();
    let [admitted, refused] = [0, 0];
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        while (refused < 100) {
          const { status } = await ask(urls[0] ?? "", "many");
          if (status === 200) admitted += 1;
          else refused += 1;
        }
      }),
    );
    const bound = SLOW + REPLICAS * SLICE;
    const perRequest = ((await calls()) - before) / (admitted + refused);
    console.info(
      `leases, ${REPLICAS} processes, limit ${SLOW}, slices of ${SLICE}: ${admitted + refused} requests, ${admitted} admitted, bound ${bound}; ${perRequest.toFixed(2)} round trips a request`,
    );
    expect(admitted).toBeLessThanOrEqual(bound);
    // Slices that are held and not used are missing.
    expect(admitted).toBeGreaterThanOrEqual(SLOW - REPLICAS * SLICE);
    expect(upstream.requests.length).toBe(admitted);
    expect(perRequest).toBeLessThan(1);
    expectAllAtWork(hosts);
  });
});
