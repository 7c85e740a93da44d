/** The same over a real Redis, between processes as far as Redis can tell: each has a connection of its own. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Follower, Leader } from "../../../plugins/cache/flights";
import { namesOf } from "../../../plugins/cache/flights/shared";
import { RedisEventLog } from "../../../plugins/stores/redis/event-log";
import { RedisKv } from "../../../plugins/stores/redis/kv";
import { RedisLease } from "../../../plugins/stores/redis/lease";
import { RedisLink } from "../../../plugins/stores/redis/link";
import { describeWithRedis, type RedisServer, startRedis } from "../../stores/support/redis-server";
import {
  answerOf,
  entryOf,
  fly,
  KEY,
  lead,
  leading,
  NOTHING,
  pushAll,
  type Replica,
  reading,
  readWhole,
  replica,
} from "./support";

const EVENTS = answerOf("a");

jest.setTimeout(60_000);

async function until(holds: () => boolean): Promise<void> {
  for (let round = 0; round < 2000 && !holds(); round += 1) await sleep(10);
  expect(holds()).toBe(true);
}

describeWithRedis("flights over redis", () => {
  let server: RedisServer;
  let links: RedisLink[];
  let namespaces = 0;

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.remove());
  beforeEach(() => {
    links = [];
    namespaces += 1;
  });
  afterEach(async () => {
    await Promise.all(links.map((link) => link.close()));
  });

  /** @param deadlineMs one that a busy machine keeps, unless told */
  async function join(deadlineMs = 5000): Promise<Replica> {
    const link = new RedisLink({ url: server.url, deadlineMs });
    links.push(link);
    expect(await link.connected(10_000)).toBe(true);
    const name = `n${namespaces}`;
    const lease = new RedisLease(link, name);
    return replica({ shared: true, lease, kv: new RedisKv(link, name, 1_000_000), log: new RedisEventLog(link, name, 10_000) });
  }

  async function takeOff({ flights }: Replica): Promise<Leader> {
    const leader = lead(flights);
    expect(await leader.takeOff(NOTHING)).toBeUndefined();
    return leader;
  }

  async function followElsewhere({ flights }: Replica): Promise<Follower> {
    const follower = await lead(flights).takeOff(NOTHING);
    expect(follower).toBeDefined();
    return follower!;
  }

  test("200 at a time in three replicas: one call; live and whole", async () => {
    const replicas = await Promise.all([join(), join(), join()]);
    let calls = 0;
    const exchanges = Array.from({ length: 200 }, async (_, at) => {
      const role = replicas[at % 3]!.flights.enter(KEY);
      const follower = role.role === "follower" ? role : await role.takeOff(NOTHING);
      if (follower !== undefined) return await readWhole(follower, at % 2 === 0);
      calls += 1;
      for (const event of EVENTS) {
        await sleep(50);
        (role as Leader).push(event);
      }
      await (role as Leader).end(undefined);
      return EVENTS;
    });
    for (const answer of await Promise.all(exchanges)) expect(answer).toEqual(EVENTS);
    expect(calls).toBe(1);
    expect(replicas.map(({ troubles }) => troubles)).toEqual([[], [], []]);
  });

  test("live: words arrive before the answer is complete", async () => {
    const [a, b] = await Promise.all([join(), join()]);
    const leader = await takeOff(a);
    const follower = await followElsewhere(b);
    pushAll(leader, EVENTS.slice(0, 4));
    expect(await follower.ready(false)).toBe("ready");
    expect(leader.followed).toBe(true);
    const read = reading(follower);
    await until(() => read.events.length === 4);
    pushAll(leader, EVENTS.slice(4));
    await leader.end(entryOf(EVENTS));
    await until(() => read.done);
    expect(read).toEqual({ events: EVENTS, done: true });
    expect(follower.entry?.nanos).toBe(42);
  });

  test("the leader fails: one elsewhere takes over", async () => {
    const [a, b] = await Promise.all([join(), join()]);
    const leader = await takeOff(a);
    const turn = (await followElsewhere(b)).ready(true);
    pushAll(leader, EVENTS.slice(0, 4));
    leader.fail();
    await fly(leading(await turn), "b", false);
  });

  test("the leader's replica loses its connection: one elsewhere takes over when the lease has run out", async () => {
    const [a, b] = await Promise.all([join(), join()]);
    const leader = await takeOff(a);
    const turn = (await followElsewhere(b)).ready(true);
    pushAll(leader, EVENTS.slice(0, 4));
    await links[0]!.close();
    // Sooner than by waiting.
    await links[1]!.call("DEL", `{n${namespaces}}:lease:${namesOf(KEY).lease}`);
    await fly(leading(await turn), "b", false);
    await leader.end(undefined);
  });

  test("stopped: nobody fails and nobody waits for it", async () => {
    const [a, b] = await Promise.all([join(50), join(50)]);
    const leader = await takeOff(a);
    const turn = (await followElsewhere(b)).ready(true);
    server.signal("SIGSTOP");
    try {
      await fly(leading(await turn), "b", false);
      await fly(leader);
      const own = lead(a.flights);
      expect(await own.takeOff(NOTHING)).toBeUndefined();
      await fly(own, "c");
      expect(b.troubles).not.toEqual([]);
    } finally {
      server.signal("SIGCONT");
    }
  });

  test("killed, and back empty: who reads breaks off, who waits makes its own call", async () => {
    const [a, b] = await Promise.all([join(), join()]);
    const leader = await takeOff(a);
    const [first, second] = [await followElsewhere(b), b.flights.enter(KEY) as Follower];
    pushAll(leader, EVENTS.slice(0, 4));
    expect(await first.ready(false)).toBe("ready");
    const read = reading(first);
    const turn = second.ready(true);
    await server.kill();
    await fly(leading(await turn), "b", false);
    await server.restart();
    await until(() => read.done);
    expect(read).toEqual({ events: EVENTS.slice(0, 4), done: true, broken: "upstream_failed" });
    await fly(leader);
  });
});
