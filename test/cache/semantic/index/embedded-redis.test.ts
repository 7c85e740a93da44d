/** The embedded index told by others over a real Redis. */
import { EmbeddedIndex } from "../../../../plugins/cache/semantic/index/embedded-index";
import { systemClock } from "../../../../plugins/core/clock";
import { openRedisStores } from "../../../../plugins/stores/redis";
import type { Stores } from "../../../../plugins/stores/stores";
import { describeWithRedis, type RedisServer, startRedis } from "../../../stores/support/redis-server";
import { randomFrom, randomVector } from "./vectors";

const HOUR = 3_600_000;

describeWithRedis("embedded index over Redis", () => {
  let server: RedisServer;
  let opened: Stores[];
  const troubles: unknown[] = [];

  beforeAll(async () => {
    server = await startRedis();
    opened = await Promise.all([1, 2].map(() => openRedisStores({ url: server.url, deadlineMs: 2000 })));
  });

  afterAll(async () => {
    await Promise.all(opened.map((stores) => stores.close()));
    await server.remove();
  });

  const indexOver = (stores: Stores | undefined): EmbeddedIndex =>
    new EmbeddedIndex({ clock: systemClock, log: stores?.events, onTrouble: (error) => troubles.push(error) });

  test("shared, found again, forgotten with Redis, and there all the same while it is away", async () => {
    const random = randomFrom(4);
    const [first, second, third] = Array.from({ length: 3 }, () => randomVector(random, 1536));
    if (first === undefined || second === undefined || third === undefined) throw new Error("three of them");
    const [one, other] = opened.map(indexOver);
    const add = (id: string, vector: Float32Array) => one?.add("p", { id, vector, expiresAt: Date.now() + HOUR });
    const find = async (index: EmbeddedIndex | undefined, vector: Float32Array) =>
      (await index?.search("p", vector, 1, 0.99))?.map(({ id }) => id);

    await add("first", first);
    expect(await find(other, first)).toEqual(["first"]);
    await add("second", second);
    expect(await find(other, second)).toEqual(["second"]);
    expect(await find(indexOver(opened[1]), first)).toEqual(["first"]);
    expect(troubles).toEqual([]);

    await server.kill();
    expect(await find(other, second)).toEqual(["second"]);
    await add("third", third);
    expect(await find(one, third)).toEqual(["third"]);
    expect(troubles.length).toBeGreaterThan(0);

    await server.restart();
    // Until both have noticed.
    for (const { kv } of opened) while ((await kv.get("x").catch(() => null)) === null) await new Promise(setImmediate);
    await add("first", third);
    expect(await find(other, third)).toEqual(["first"]);
    expect(await find(other, second)).toEqual(["second"]);
    expect(await find(indexOver(opened[1]), second)).toEqual([]);
  });
});
