import { setTimeout as sleep } from "node:timers/promises";
import { RedisEventLog } from "../../plugins/stores/redis/event-log";
import { RedisKv } from "../../plugins/stores/redis/kv";
import { RedisLease } from "../../plugins/stores/redis/lease";
import { RedisLimits } from "../../plugins/stores/redis/limits";
import { RedisLink } from "../../plugins/stores/redis/link";
import { VirtualClock } from "../support/virtual-clock";
import { CONTRACT_LENGTH, eventLogContract } from "./event-log-contract";
import { kvContract } from "./kv-contract";
import { leaseContract } from "./lease-contract";
import { limitsContract } from "./limits-contract";
import type { Open } from "./opened";
import { describeWithRedis, type RedisServer, startRedis } from "./support/redis-server";

describeWithRedis("redis", () => {
  let server: RedisServer;
  let link: RedisLink;
  let opened = 0;

  beforeAll(async () => {
    server = await startRedis();
    // A deadline that a busy machine keeps.
    link = new RedisLink({ url: server.url, deadlineMs: 5000 });
    expect(await link.connected(5000)).toBe(true);
  });

  afterAll(async () => {
    await link.close();
    await server.remove();
  });

  const fresh = (): string => `n${++opened}`;
  /** On the server's own clock. */
  const onServer =
    <Store>(create: () => Store): Open<Store> =>
    async () => ({ store: create(), advance: async (ms) => void (await sleep(ms)), close: async () => {} });

  describe("limits", () => {
    limitsContract(async () => {
      const clock = new VirtualClock();
      return { store: new RedisLimits(link, fresh(), clock), advance: async (ms) => clock.advance(ms), close: async () => {} };
    });
  });
  describe("kv", () => kvContract(onServer(() => new RedisKv(link, fresh(), 1_000_000))));
  describe("lease", () => leaseContract(onServer(() => new RedisLease(link, fresh()))));
  describe("event log", () => eventLogContract(onServer(() => new RedisEventLog(link, fresh(), CONTRACT_LENGTH))));
});
