import { Redis } from "ioredis";
import { systemClock } from "../../plugins/core/clock";
import { LeasedLimits } from "../../plugins/stores/leased/leased-limits";
import { RedisLimits } from "../../plugins/stores/redis/limits";
import { RedisLink } from "../../plugins/stores/redis/link";
import { item, slots, window } from "./limit-items";
import { describeWithRedis, type RedisServer, startRedis } from "./support/redis-server";

jest.setTimeout(60_000);

const REPLICAS = 4;
const LIMIT = window(1000, 3_600_000, 1);
const SLICE = 20;

describeWithRedis("limits on lease from redis", () => {
  let server: RedisServer;
  let admin: Redis;
  let links: RedisLink[];
  let replicas: LeasedLimits[];

  beforeEach(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
    links = Array.from({ length: REPLICAS }, () => new RedisLink({ url: server.url, deadlineMs: 5000 }));
    for (const link of links) expect(await link.connected(5000)).toBe(true);
    replicas = links.map((link) => new LeasedLimits(new RedisLimits(link, "n"), systemClock, { share: SLICE / 1000 }));
    for (const replica of replicas) replica.start();
  });
  afterEach(async () => {
    await Promise.all(replicas.map((replica) => replica.close()));
    await Promise.all(links.map((link) => link.close()));
    await admin.quit();
    await server.remove();
  });

  test("4 processes, one limit of 1000: never more, and but for what others hold never less; few round trips", async () => {
    await admin.config("RESETSTAT");
    const grants = await Promise.all(
      replicas.map(async (replica, from) => {
        let granted = 0;
        for (let at = 0; at < 400; at += 1) {
          const id = `${from}-${at}`;
          if (!(await replica.reserve({ id, ttlMs: 60_000, items: [item(LIMIT, 1)] })).granted) continue;
          granted += 1;
          await replica.settle(id, [1]);
          // As requests do: time passes.
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        return granted;
      }),
    );
    const granted = grants.reduce((sum, each) => sum + each, 0);
    expect(granted).toBeLessThanOrEqual(1000);
    expect(granted).toBeGreaterThanOrEqual(1000 - REPLICAS * SLICE);
    const calls = Number(/cmdstat_evalsha:calls=(\d+)/.exec(await admin.info("commandstats"))?.[1]);
    // One a request and one a settlement would be 2600.
    expect(calls).toBeLessThan(600);
  });

  test("stopped: requests go on, served from slices, and slots are back when the processes close", async () => {
    const [replica] = replicas;
    const items = [item(LIMIT, 1), item(slots(1000), 1)];
    for (let at = 0; at < 3; at += 1) {
      await replica!.reserve({ id: `w${at}`, ttlMs: 60_000, items });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    server.signal("SIGSTOP");
    for (let at = 0; at < 10; at += 1) {
      expect(await replica!.reserve({ id: `r${at}`, ttlMs: 60_000, items })).toMatchObject({ granted: true });
    }
    server.signal("SIGCONT");
    for (let at = 0; at < 10; at += 1) expect(await replica!.settle(`r${at}`, [1, 1])).toBe(true);
    for (let at = 0; at < 3; at += 1) expect(await replica!.release(`w${at}`)).toBe(true);
    await replica!.close();
    const left = await new RedisLimits(links[1]!, "n").reserve({
      id: "x",
      ttlMs: 1,
      items: items.map((it) => ({ ...it, amount: 0 })),
    });
    expect(left.items.map(({ remaining }) => remaining)).toEqual([990, 1000]);
  });
});
