import { openRedisStores } from "../../plugins/stores/redis";
import type { Stores } from "../../plugins/stores/stores";
import { describeWithRedis, type RedisServer, startRedis } from "../stores/support/redis-server";
import { chat } from "../support/exchange";
import { one, replica } from "./support";

describeWithRedis("budgets in Redis", () => {
  let redis: RedisServer;
  const opened: Stores[] = [];

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(async () => {
    for (const stores of opened) await stores.close();
    await redis.remove();
  });

  const open = async (namespace: string): Promise<Stores> => {
    const stores = await openRedisStores({ url: redis.url, namespace, deadlineMs: 5000 });
    opened.push(stores);
    return stores;
  };

  test("sixty at once over four replicas against ten dollars", async () => {
    const replicas = await Promise.all([1, 2, 3, 4].map(async () => replica(one(), { stores: await open("at-once") })));
    const steps = await Promise.all(
      Array.from({ length: 60 }, (_, index) => replicas[index % 4]!.open().request(chat({ model: "flat" }))),
    );
    expect(steps.filter(({ kind }) => kind === "send")).toHaveLength(10);
  });

  test.each(["month", "rolling"])("alerts of a %s budget are told once over all replicas", async (period) => {
    const config = one({ hard: false, period });
    const replicas = await Promise.all([1, 2, 3, 4].map(async () => replica(config, { stores: await open(`alerts-${period}`) })));
    await Promise.all(Array.from({ length: 24 }, (_, index) => replicas[index % 4]!.ask()));
    expect(replicas.flatMap(({ told }) => told.map(({ fields }) => fields["percent"])).sort()).toEqual([100, 80, 90]);
  });

  test.each(["month", "rolling"])(
    "a %s budget's changed amount: replicas that learn of it together do not forget what was spent",
    async (period) => {
      const of = async (limit_usd: number) => replica(one({ limit_usd, period }), { stores: await open(`changed-${period}`) });
      expect(await (await of(5)).passing(4)).toBe(4);
      const replicas = await Promise.all([1, 2, 3, 4].map(() => of(7)));
      const ask = () => Promise.all(replicas.map((it) => it.open().request(chat({ model: "flat" }))));
      const steps = [...(await ask()), ...(await ask())].filter(({ kind }) => kind === "send");
      // Those under way at that moment may hide as much as they have reserved, of the four dollars that were spent.
      expect(steps.length).toBeGreaterThanOrEqual(3);
      expect(steps.length).toBeLessThanOrEqual(6);
    },
  );

  test("records that all replicas read at once are charged once", async () => {
    const replicas = await Promise.all(
      [1, 2, 3, 4].map(async () => replica(one(), { stores: await open("restart"), spent: async () => 6e9 })),
    );
    const steps = await Promise.all(
      Array.from({ length: 12 }, (_, index) => replicas[index % 4]!.open().request(chat({ model: "flat" }))),
    );
    expect(steps.filter(({ kind }) => kind === "send")).toHaveLength(4);
  });
});
