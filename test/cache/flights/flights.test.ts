import { bytesOf } from "../../../plugins/cache/flights/cursor";
import {
  advance,
  answerOf,
  entryOf,
  FACTS,
  fly,
  follow,
  lead,
  leading,
  NOTHING,
  pushAll,
  reading,
  readWhole,
  replica,
  settle,
  WAIT_MS,
} from "./support";

const EVENTS = answerOf("a");

beforeEach(() => void jest.useFakeTimers());
afterEach(() => {
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

describe("one process", () => {
  test("200 at a time: one leads, and all others get its answer", async () => {
    const { flights } = replica();
    const leader = lead(flights);
    const answers = Array.from({ length: 199 }, (_, at) => readWhole(follow(flights), at % 2 === 0));
    expect(await leader.takeOff(NOTHING)).toBeUndefined();
    const events = await fly(leader);
    for (const answer of await Promise.all(answers)) expect(answer).toEqual(events);
    expect(flights.size).toBe(0);
  });

  test("other keys are other flights", () => {
    const { flights } = replica();
    lead(flights, "x");
    lead(flights, "y");
    expect(flights.size).toBe(2);
  });

  test("when the flight is over, the next one leads", async () => {
    const { flights } = replica();
    for (let at = 0; at < 3; at += 1) await fly(lead(flights));
    lead(flights).fail();
    lead(flights).land(entryOf(EVENTS));
    lead(flights);
  });

  test("an answer is read live", async () => {
    const { flights } = replica();
    const leader = lead(flights);
    const follower = follow(flights);
    const ready = follower.ready(false);
    leader.push(EVENTS[0]!);
    leader.push(EVENTS[1]!);
    let told = false;
    void ready.then(() => {
      told = true;
    });
    await settle();
    // A hello is no word: the provider may fail yet, and another one be asked.
    expect(told).toBe(false);
    leader.push(EVENTS[2]!);
    expect(await ready).toBe("ready");
    const read = reading(follower);
    await settle();
    expect(read.events).toEqual(EVENTS.slice(0, 3));
    leader.push(EVENTS[3]!);
    await settle();
    expect(read.events).toEqual(EVENTS.slice(0, 4));
    expect(follower.entry).toBeUndefined();
    pushAll(leader, EVENTS.slice(4));
    await settle();
    expect(read).toEqual({ events: EVENTS, done: false });
    await leader.end(entryOf(EVENTS));
    await settle();
    expect(read).toEqual({ events: EVENTS, done: true });
    expect(follower.entry).toEqual(FACTS);
  });

  test("whoever comes in the middle gets all of it", async () => {
    const { flights } = replica();
    const leader = lead(flights);
    pushAll(leader, EVENTS.slice(0, 4));
    const late = readWhole(follow(flights), false);
    const later = readWhole(follow(flights));
    pushAll(leader, EVENTS.slice(4));
    await leader.end(undefined);
    expect(await late).toEqual(EVENTS);
    expect(await later).toEqual(EVENTS);
  });

  test("who asked only after the end gets it, too; what is not stored tells nothing of its cost", async () => {
    const { flights } = replica();
    const leader = lead(flights);
    const follower = follow(flights);
    await fly(leader, "a", false);
    expect(await readWhole(follower)).toEqual(EVENTS);
    expect(follower.entry).toBeUndefined();
  });

  test("the cache had it: followers get the entry", async () => {
    const { flights } = replica();
    const leader = lead(flights);
    const follower = follow(flights);
    const answer = readWhole(follower);
    leader.land(entryOf(EVENTS));
    expect(await answer).toEqual(EVENTS);
    expect(follower.entry).toEqual(FACTS);
  });

  test("an answer of no words is one", async () => {
    const { flights } = replica();
    const leader = lead(flights);
    const live = readWhole(follow(flights), false);
    await leader.end(undefined);
    expect(await live).toEqual([]);
  });

  test("errors are not part of an answer", async () => {
    const { flights } = replica();
    const leader = lead(flights);
    const answer = readWhole(follow(flights));
    leader.push({ type: "error", error: new Error() as never });
    await leader.end(undefined);
    expect(await answer).toEqual([]);
  });
});

describe("when it comes to nothing", () => {
  test("a follower takes over, the first that came; the others follow on", async () => {
    const { flights } = replica();
    const leader = lead(flights);
    const [first, second, third] = [follow(flights), follow(flights), follow(flights)];
    const promoted = first.ready(true);
    const others = [readWhole(second), readWhole(third, false)];
    pushAll(leader, EVENTS.slice(0, 2));
    leader.fail();
    const next = leading(await promoted);
    expect(await next.takeOff(NOTHING)).toBeUndefined();
    const newcomer = readWhole(follow(flights));
    const events = await fly(next, "b");
    for (const answer of [...others, newcomer]) expect(await answer).toEqual(events);
  });

  test("chains of leaders that fail", async () => {
    const { flights } = replica();
    let leader = lead(flights);
    const asked = Array.from({ length: 50 }, () => follow(flights).ready(true));
    for (const turn of asked) {
      leader.fail();
      leader = leading(await turn);
    }
    leader.fail();
    expect(flights.size).toBe(0);
  });

  test("whoever has begun to read breaks off, also who has read nothing yet", async () => {
    const { flights } = replica();
    const leader = lead(flights);
    const [begun, committed, waiting] = [follow(flights), follow(flights), follow(flights)];
    pushAll(leader, EVENTS.slice(0, 4));
    expect(await begun.ready(false)).toBe("ready");
    expect(await committed.ready(false)).toBe("ready");
    const turn = waiting.ready(true);
    const read = reading(begun);
    await settle();
    leader.fail();
    await settle();
    expect(read).toEqual({ events: EVENTS.slice(0, 4), done: true, broken: "upstream_failed" });
    const late = reading(committed);
    const next = leading(await turn);
    await fly(next, "b");
    await settle();
    expect(late).toEqual({ events: EVENTS.slice(0, 4), done: true, broken: "upstream_failed" });
  });

  test("another attempt: whoever has begun breaks off, the others get the new answer only", async () => {
    const { flights } = replica();
    const leader = lead(flights);
    const [begun, waiting] = [follow(flights), follow(flights)];
    const answer = readWhole(waiting);
    pushAll(leader, EVENTS.slice(0, 4));
    expect(await begun.ready(false)).toBe("ready");
    const read = reading(begun);
    leader.restart();
    leader.restart();
    await settle();
    expect(read.broken).toBe("upstream_failed");
    await fly(leader, "b");
    expect(await answer).toEqual(answerOf("b"));
  });

  test("an attempt that failed before its first word disturbs nobody", async () => {
    const { flights } = replica();
    const leader = lead(flights);
    const answer = readWhole(follow(flights), false);
    pushAll(leader, EVENTS.slice(0, 2));
    leader.restart();
    const events = await fly(leader, "b");
    expect(await answer).toEqual(events);
  });

  test("whoever follows but has not asked yet leads once it asks", async () => {
    const { flights } = replica();
    const leader = lead(flights);
    const [first, second] = [follow(flights), follow(flights)];
    leader.fail();
    expect(flights.size).toBe(0);
    const next = leading(await first.ready(true));
    expect(flights.size).toBe(1);
    const answer = readWhole(second);
    await fly(next, "b");
    expect(await answer).toEqual(answerOf("b"));
  });

  test("or follows those who have begun anew", async () => {
    const { flights } = replica();
    const leader = lead(flights);
    const follower = follow(flights);
    leader.fail();
    const next = lead(flights);
    const answer = readWhole(follower);
    await fly(next, "b");
    expect(await answer).toEqual(answerOf("b"));
  });

  test("what is over stays over", async () => {
    const { flights } = replica();
    const leader = lead(flights);
    const turn = follow(flights).ready(true);
    leader.fail();
    const next = leading(await turn);
    const answer = readWhole(follow(flights));
    leader.push(EVENTS[0]!);
    leader.restart();
    leader.fail();
    leader.land(entryOf(EVENTS));
    await leader.end(undefined);
    expect(await leader.takeOff(NOTHING)).toBeUndefined();
    expect(leader.followed).toBe(false);
    await fly(next, "b");
    next.fail();
    expect(await answer).toEqual(answerOf("b"));
  });

  test("whoever leads after one that left before it looked, looks", async () => {
    const { flights } = replica();
    const leader = lead(flights);
    const turn = follow(flights).ready(true);
    const third = readWhole(follow(flights));
    leader.fail();
    const landed = await leading(await turn).takeOff(async () => entryOf(EVENTS));
    expect(landed?.entry).toBeUndefined();
    expect(await readWhole(landed!)).toEqual(EVENTS);
    expect(landed?.entry).toEqual(FACTS);
    expect(await third).toEqual(EVENTS);
  });
});

describe("followers come and go", () => {
  test("followed: while somebody waits or reads", async () => {
    const { flights } = replica();
    const leader = lead(flights);
    expect(leader.followed).toBe(false);
    const [first, second] = [follow(flights), follow(flights)];
    expect(leader.followed).toBe(true);
    first.leave();
    first.leave();
    expect(leader.followed).toBe(true);
    pushAll(leader, EVENTS.slice(0, 3));
    expect(await second.ready(false)).toBe("ready");
    const read = reading(second);
    await settle();
    expect(leader.followed).toBe(true);
    second.leave();
    await settle();
    expect(read.broken).toBe("client_closed");
    expect(leader.followed).toBe(false);
    leader.fail();
  });

  test("whoever has left is not promoted, and told that at once", async () => {
    const { flights } = replica();
    const leader = lead(flights);
    const [first, second] = [follow(flights), follow(flights)];
    const [gone, turn] = [first.ready(true), second.ready(true)];
    first.leave();
    expect(await gone).toBeUndefined();
    expect(await first.ready(true)).toBeUndefined();
    leader.fail();
    leading(await turn).fail();
  });

  test("nobody waits longer than allowed", async () => {
    const { flights } = replica();
    const leader = lead(flights);
    const [live, whole] = [follow(flights), follow(flights)];
    const asked = [live.ready(false), whole.ready(true)];
    await advance(WAIT_MS - 1);
    pushAll(leader, EVENTS.slice(0, 3));
    expect(await asked[0]).toBe("ready");
    await advance(1);
    expect(await asked[1]).toBeUndefined();
    expect(leader.followed).toBe(true);
    live.leave();
    expect(leader.followed).toBe(false);
  });

  test("who stops reading in the middle has left", async () => {
    const { flights } = replica();
    const leader = lead(flights);
    const follower = follow(flights);
    pushAll(leader, EVENTS.slice(0, 3));
    expect(await follower.ready(false)).toBe("ready");
    for await (const batch of follower.events()) {
      expect(batch).toHaveLength(3);
      break;
    }
    expect(leader.followed).toBe(false);
  });

  test("a slow reader holds nobody back", async () => {
    const { flights } = replica();
    const leader = lead(flights);
    const [slow, quick] = [follow(flights), follow(flights)];
    pushAll(leader, EVENTS.slice(0, 3));
    expect([await slow.ready(false), await quick.ready(false)]).toEqual(["ready", "ready"]);
    const iterator = slow.events()[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toEqual(EVENTS.slice(0, 3));
    const read = reading(quick);
    pushAll(leader, EVENTS.slice(3));
    await leader.end(undefined);
    await settle();
    expect(read).toEqual({ events: EVENTS, done: true });
    expect((await iterator.next()).value).toEqual(EVENTS.slice(3));
    expect((await iterator.next()).done).toBe(true);
  });
});

describe("bounds", () => {
  const long = answerOf("a", 100);
  const maxBytes = long.slice(0, 50).reduce((sum, event) => sum + bytesOf(event), 0);

  test("nobody waits: a long answer is not kept, and newcomers are told", async () => {
    const { flights } = replica({ maxBytes });
    const leader = lead(flights);
    pushAll(leader, long.slice(0, 50));
    const live = follow(flights);
    expect(await live.ready(false)).toBe("ready");
    const read = reading(live);
    await settle();
    pushAll(leader, long.slice(50, 52));
    expect(await follow(flights).ready(true)).toBeUndefined();
    // Whoever reads it goes on.
    await settle();
    pushAll(leader, long.slice(52));
    await leader.end(entryOf(long));
    await settle();
    expect(read).toEqual({ events: long, done: true });
  });

  test("somebody waits: it is kept", async () => {
    const { flights } = replica({ maxBytes });
    const leader = lead(flights);
    const answer = readWhole(follow(flights));
    pushAll(leader, long);
    await leader.end(undefined);
    expect(await answer).toEqual(long);
  });

  test("but not without end", async () => {
    const { flights } = replica({ maxBytes: 1000 });
    const leader = lead(flights);
    const asked = follow(flights).ready(true);
    pushAll(leader, answerOf("a", 2000));
    expect(await asked).toBeUndefined();
    expect(leader.followed).toBe(false);
    // What was kept has made room again.
    await leader.end(undefined);
    const next = lead(flights, "y");
    const answer = readWhole(follow(flights, "y"));
    await fly(next, "b");
    expect(await answer).toEqual(answerOf("b"));
  });

  test("a reader too far behind breaks off, the others do not", async () => {
    const { flights } = replica({ maxBytes });
    const leader = lead(flights);
    const [slow, quick] = [follow(flights), follow(flights)];
    pushAll(leader, long.slice(0, 4));
    expect([await slow.ready(false), await quick.ready(false)]).toEqual(["ready", "ready"]);
    const iterator = slow.events()[Symbol.asyncIterator]();
    await iterator.next();
    const read = reading(quick);
    for (const event of long.slice(4)) {
      leader.push(event);
      await settle();
    }
    await leader.end(undefined);
    await settle();
    expect(read).toEqual({ events: long, done: true });
    await expect(iterator.next()).rejects.toMatchObject({ kind: "upstream_failed" });
  });

  test("more flights than allowed fly alone", () => {
    const { flights } = replica();
    for (let at = 0; at < 10_000; at += 1) flights.enter(`k${at}`);
    lead(flights, "x").fail();
    lead(flights, "x");
    lead(flights, "x");
    expect(flights.size).toBe(10_000);
  });
});
