import type { Entry } from "../../../plugins/cache/entry";
import type { FlightsParts, Leader } from "../../../plugins/cache/flights";
import { encodeMessage } from "../../../plugins/cache/flights/message";
import { LEASE_MS, namesOf } from "../../../plugins/cache/flights/shared";
import { Link } from "./link";
import {
  advance,
  answerOf,
  entryOf,
  FACTS,
  fly,
  follow,
  following,
  KEY,
  lead,
  leading,
  NOTHING,
  pushAll,
  type Replica,
  reading,
  readWhole,
  replica,
  settle,
  sharedMemory,
  WAIT_MS,
} from "./support";

const EVENTS = answerOf("a");
const NAMES = namesOf(KEY);

interface Linked extends Replica {
  readonly link: Link;
}

let stores: ReturnType<typeof sharedMemory>;
let all: Linked[];

function join(parts: Partial<FlightsParts> = {}): Linked {
  const link = new Link();
  const made = { ...replica({ ...link.to(stores), shared: true, ...parts }), link };
  all.push(made);
  return made;
}

/** Leads here, with the lease. */
async function takeOff({ flights }: Replica): Promise<Leader> {
  const leader = lead(flights);
  expect(await leader.takeOff(NOTHING)).toBeUndefined();
  return leader;
}

/** Comes first here, and is told that another replica leads. */
async function followElsewhere({ flights }: Replica, reread = NOTHING as () => Promise<Entry | undefined>) {
  return following(await lead(flights).takeOff(reread));
}

beforeEach(() => {
  jest.useFakeTimers();
  stores = sharedMemory();
  all = [];
});
afterEach(async () => {
  for (const { flights } of all) expect(flights.size).toBe(0);
  await advance(WAIT_MS);
  // Nothing goes on for a flight that is over.
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

describe("two replicas", () => {
  test("one calls, the other follows live, with all who come there", async () => {
    const [a, b] = [join(), join()];
    const leader = await takeOff(a);
    const first = await followElsewhere(b);
    const second = readWhole(follow(b.flights));
    const ready = first.ready(false);
    pushAll(leader, EVENTS.slice(0, 4));
    expect(leader.followed).toBe(false);
    await advance(300);
    expect(leader.followed).toBe(true);
    expect(await ready).toBe("ready");
    const read = reading(first);
    await settle();
    expect(read).toEqual({ events: EVENTS.slice(0, 4), done: false });
    pushAll(leader, EVENTS.slice(4));
    await advance(600);
    expect(read).toEqual({ events: EVENTS, done: false });
    await leader.end(entryOf(EVENTS));
    await advance(600);
    expect(read).toEqual({ events: EVENTS, done: true });
    expect(first.entry).toEqual(FACTS);
    expect(await second).toEqual(EVENTS);
    expect([a.troubles, b.troubles]).toEqual([[], []]);
  });

  test("an answer that is not to be stored, over before its leader looked who follows", async () => {
    const [a, b] = [join(), join()];
    const leader = await takeOff(a);
    const answer = readWhole(await followElsewhere(b));
    const events = await fly(leader, "a", false);
    await advance(600);
    expect(await answer).toEqual(events);
  });

  test("a stored one is found in the cache", async () => {
    const [a, b] = [join(), join()];
    const leader = await takeOff(a);
    let cached: Entry | undefined;
    const first = await followElsewhere(b, async () => cached);
    const answers = [readWhole(first), readWhole(follow(b.flights))];
    cached = entryOf(EVENTS);
    await fly(leader);
    await advance(600);
    for (const answer of answers) expect(await answer).toEqual(EVENTS);
    expect(first.entry).toEqual(FACTS);
  });

  test("whoever takes off just after another has landed finds the entry", async () => {
    const [a, b] = [join(), join()];
    const late = lead(b.flights);
    await fly(await takeOff(a));
    const follower = following(await late.takeOff(async () => entryOf(EVENTS)));
    expect(await readWhole(follower)).toEqual(EVENTS);
    expect(late.followed).toBe(false);
    // Nobody holds the lease.
    (await takeOff(a)).fail();
  });

  test("an entry that cannot be read is none", async () => {
    const a = join();
    const leader = lead(a.flights);
    expect(await leader.takeOff(() => Promise.reject(new Error("broken")))).toBeUndefined();
    expect(a.troubles).toEqual([new Error("broken")]);
    leader.fail();
    await advance(0);
  });

  test("nobody follows elsewhere: nothing is published", async () => {
    const a = join();
    const leader = await takeOff(a);
    await advance(5000);
    await fly(leader);
    expect(a.link.calls.filter((call) => call.startsWith("log"))).toEqual([]);
    expect(a.link.calls.filter((call) => call === "lease.renew")).toHaveLength(1);
  });

  test("the answer of an earlier flight is not given to who asks now", async () => {
    const [a, b, c] = [join(), join(), join()];
    const leader = await takeOff(a);
    const old = readWhole(await followElsewhere(b));
    await fly(leader, "old", false);
    await advance(600);
    await old;
    const next = await takeOff(a);
    // As if its name were not written yet.
    const token = (await stores.kv.get(NAMES.token))!;
    await stores.kv.set(NAMES.token, Buffer.from(String(Number(Buffer.from(token).toString()) - 1)), LEASE_MS);
    const answer = readWhole(await followElsewhere(c));
    await advance(LEASE_MS / 2);
    await fly(next, "new", false);
    await advance(600);
    expect(await answer).toEqual(answerOf("new"));
  });

  test("the whole of what was landed reaches those who were told of a flight before", async () => {
    const [a, b] = [join(), join()];
    const leader = lead(a.flights);
    const takingOff = leader.takeOff(() => new Promise((resolve) => setTimeout(resolve, 1000, entryOf(EVENTS))));
    await settle();
    const answer = readWhole(await followElsewhere(b));
    await advance(1000);
    expect(await readWhole(following(await takingOff))).toEqual(EVENTS);
    await advance(1000);
    expect(await answer).toEqual(EVENTS);
  });
});

describe("when the leader comes to nothing", () => {
  test("who waits there is first; those elsewhere follow on, and break off if they have begun", async () => {
    const [a, b] = [join(), join()];
    const leader = await takeOff(a);
    const turn = follow(a.flights).ready(true);
    const [begun, waiting] = [await followElsewhere(b), follow(b.flights)];
    const answer = readWhole(waiting);
    pushAll(leader, EVENTS.slice(0, 4));
    await advance(600);
    expect(await begun.ready(false)).toBe("ready");
    const read = reading(begun);
    leader.fail();
    const next = leading(await turn);
    expect(await next.takeOff(NOTHING)).toBeUndefined();
    pushAll(next, answerOf("b").slice(0, 3));
    await advance(600);
    expect(read).toEqual({ events: EVENTS.slice(0, 4), done: true, broken: "upstream_failed" });
    pushAll(next, answerOf("b").slice(3));
    await next.end(undefined);
    await advance(600);
    expect(await answer).toEqual(answerOf("b"));
  });

  test("nobody is left there: one elsewhere takes over, and the rest of all replicas follow it", async () => {
    const [a, b, c] = [join(), join(), join()];
    const leader = await takeOff(a);
    const asked = [await followElsewhere(b), follow(b.flights), await followElsewhere(c), follow(c.flights)].map((follower) => ({
      follower,
      ready: follower.ready(true),
    }));
    pushAll(leader, EVENTS.slice(0, 4));
    await advance(1000);
    leader.fail();
    const leaders: Leader[] = [];
    for (const { ready } of asked)
      void ready.then((value) => typeof value === "object" && "role" in value && leaders.push(value));
    await advance(1000);
    expect(leaders).toHaveLength(1);
    await fly(leaders[0]!, "b", false);
    await advance(1000);
    let answered = 0;
    for (const { follower, ready } of asked) {
      if ((await ready) !== "ready") continue;
      expect(await readWhole(follower)).toEqual(answerOf("b"));
      answered += 1;
    }
    expect(answered).toBe(3);
  });

  test("a replica dies: one elsewhere takes over once the lease has run out", async () => {
    const [a, b, c] = [join(), join(), join()];
    const leader = await takeOff(a);
    const first = await followElsewhere(b);
    const [begun, turn] = [first, follow(b.flights).ready(true)];
    const third = readWhole(await followElsewhere(c));
    pushAll(leader, EVENTS.slice(0, 4));
    await advance(600);
    expect(await begun.ready(false)).toBe("ready");
    const read = reading(begun);
    a.link.mode = "dead";
    await advance(LEASE_MS / 2);
    expect(read.done).toBe(false);
    await advance(LEASE_MS);
    expect(read).toEqual({ events: EVENTS.slice(0, 4), done: true, broken: "upstream_failed" });
    const next = leading(await turn);
    await fly(next, "b", false);
    await advance(600);
    expect(await third).toEqual(answerOf("b"));
    leader.fail();
  });

  test("a leader that was paused past its lease disturbs nobody when it goes on", async () => {
    const [a, b] = [join(), join()];
    const leader = await takeOff(a);
    const [first, second] = [await followElsewhere(b), follow(b.flights)];
    pushAll(leader, EVENTS.slice(0, 4));
    await advance(600);
    const turn = first.ready(true);
    const answer = readWhole(second);
    // It hears nothing for so long; its own callers still get their answer.
    a.link.mode = "away";
    const own = readWhole(follow(a.flights));
    await advance(2 * LEASE_MS);
    const next = leading(await turn);
    pushAll(next, answerOf("b").slice(0, 4));
    a.link.mode = "works";
    a.link.calls.length = 0;
    await advance(1000);
    pushAll(leader, EVENTS.slice(4));
    await leader.end(undefined);
    expect(await own).toEqual(EVENTS);
    // It knows by its own clock, and asks nobody.
    expect(a.link.calls).toEqual([]);
    await advance(1000);
    pushAll(next, answerOf("b").slice(4));
    await next.end(undefined);
    await advance(1000);
    expect(await answer).toEqual(answerOf("b"));
  });

  test("the leader lives on through a pause shorter than its lease", async () => {
    const [a, b] = [join(), join()];
    const leader = await takeOff(a);
    const answer = readWhole(await followElsewhere(b));
    await advance(600);
    pushAll(leader, EVENTS.slice(0, 4));
    a.link.mode = "away";
    await advance(LEASE_MS / 3);
    expect(a.troubles).not.toEqual([]);
    a.link.mode = "works";
    pushAll(leader, EVENTS.slice(4));
    await advance(LEASE_MS);
    await leader.end(undefined);
    await advance(600);
    expect(await answer).toEqual(EVENTS);
  });

  test("its last words are heard, although its lease is free by then", async () => {
    const [a, b] = [join(), join()];
    const leader = await takeOff(a);
    const answer = readWhole(await followElsewhere(b), false);
    pushAll(leader, EVENTS.slice(0, 3));
    await advance(600);
    b.link.before = async (call) => {
      if (call !== "lease.acquire") return;
      pushAll(leader, EVENTS.slice(3));
      await leader.end(undefined);
    };
    await advance(600);
    expect(await answer).toEqual(EVENTS);
    (await takeOff(a)).fail();
    await settle();
  });

  test("who only reads along does not keep the lease of a leader that died", async () => {
    const [a, b, c] = [join(), join(), join()];
    const leader = await takeOff(a);
    const [begun, waiting] = [await followElsewhere(b), follow(b.flights)];
    pushAll(leader, EVENTS.slice(0, 4));
    await advance(600);
    expect(await begun.ready(false)).toBe("ready");
    const [read, turn] = [reading(begun), waiting.ready(true)];
    b.link.mode = "away";
    await advance(600);
    await fly(leading(await turn), "b");
    b.link.mode = "works";
    a.link.mode = "dead";
    await advance(LEASE_MS + 1000);
    expect(read).toMatchObject({ done: true, broken: "upstream_failed" });
    (await takeOff(c)).fail();
    leader.fail();
    await settle();
  });
});

describe("stores at fault", () => {
  test("away: as in a process alone", async () => {
    const a = join();
    a.link.mode = "away";
    const leader = await takeOff(a);
    const answers = [readWhole(follow(a.flights)), readWhole(follow(a.flights), false)];
    const events = await fly(leader);
    for (const answer of answers) expect(await answer).toEqual(events);
    expect(a.troubles).toHaveLength(1);
  });

  test("they go away: who waits makes one call here, who reads goes on if they come back in time", async () => {
    const [a, b] = [join(), join()];
    const leader = await takeOff(a);
    const [begun, second, third] = [await followElsewhere(b), follow(b.flights), follow(b.flights)];
    pushAll(leader, EVENTS.slice(0, 4));
    await advance(600);
    expect(await begun.ready(false)).toBe("ready");
    const read = reading(begun);
    const [turn, answer] = [second.ready(true), readWhole(third)];
    b.link.mode = "away";
    await advance(600);
    const own = leading(await turn);
    expect(await own.takeOff(NOTHING)).toBeUndefined();
    await fly(own, "b");
    expect(await answer).toEqual(answerOf("b"));
    b.link.mode = "works";
    pushAll(leader, EVENTS.slice(4));
    await leader.end(undefined);
    await advance(600);
    expect(read).toEqual({ events: EVENTS, done: true });
  });

  test("they stay away: who reads breaks off", async () => {
    const [a, b] = [join(), join()];
    const leader = await takeOff(a);
    const begun = await followElsewhere(b);
    pushAll(leader, EVENTS.slice(0, 4));
    await advance(600);
    expect(await begun.ready(false)).toBe("ready");
    const read = reading(begun);
    b.link.mode = "away";
    await advance(LEASE_MS - 1000);
    expect(read.done).toBe(false);
    await advance(2000);
    expect(read).toMatchObject({ done: true, broken: "upstream_failed" });
    leader.fail();
    await settle();
  });

  test("a message that was lost or damaged: who reads breaks off, who waits makes a call of its own", async () => {
    const poisons = [Buffer.from("{"), Buffer.from("[]"), encodeMessage({ take: 1, at: 9, events: EVENTS })];
    for (const poison of poisons) {
      const [a, b] = [join(), join()];
      const leader = await takeOff(a);
      const [begun, waiting] = [await followElsewhere(b), follow(b.flights)];
      pushAll(leader, EVENTS.slice(0, 4));
      await advance(600);
      expect(await begun.ready(false)).toBe("ready");
      const [read, asked] = [reading(begun), waiting.ready(true)];
      const token = Number(Buffer.from((await stores.kv.get(NAMES.token))!).toString());
      await stores.log.append(NAMES.log(token), poison, 1000);
      await advance(600);
      expect(read).toMatchObject({ done: true, broken: "upstream_failed" });
      expect(await asked).toBeUndefined();
      leader.fail();
      await settle();
    }
  });

  test("the log was forgotten: so nobody gets half an answer", async () => {
    const [a, b] = [join(), join()];
    const leader = await takeOff(a);
    const begun = await followElsewhere(b);
    pushAll(leader, EVENTS.slice(0, 4));
    await advance(600);
    expect(await begun.ready(false)).toBe("ready");
    const read = reading(begun);
    const forgotten = sharedMemory();
    Object.assign(stores.log, { read: forgotten.log.read.bind(forgotten.log) });
    await advance(600);
    expect(read).toMatchObject({ done: true, broken: "upstream_failed" });
    leader.fail();
    await settle();
  });

  test("an answer too long to publish: who waits elsewhere makes a call of its own", async () => {
    const [a, b] = [join({ maxBytes: 2000 }), join()];
    const leader = await takeOff(a);
    const asked = (await followElsewhere(b)).ready(true);
    await advance(600);
    for (const event of answerOf("a", 300)) {
      leader.push(event);
      await advance(10);
    }
    await advance(600);
    expect(await asked).toBeUndefined();
    leader.fail();
    await settle();
  });
});

test("200 in each of three replicas: one call", async () => {
  const replicas = [join(), join(), join()];
  let calls = 0;
  const exchanges = Array.from({ length: 600 }, async (_, at) => {
    const role = replicas[at % 3]!.flights.enter(KEY);
    const follower = role.role === "follower" ? role : await role.takeOff(NOTHING);
    if (follower !== undefined) return await readWhole(follower, at % 2 === 0);
    calls += 1;
    await new Promise((resolve) => setTimeout(resolve, 500));
    return await fly(role as Leader, "a", false);
  });
  await advance(2000);
  for (const exchange of exchanges) expect(await exchange).toEqual(EVENTS);
  expect(calls).toBe(1);
});

test("who leaves is not waited for: nothing goes on", async () => {
  const [a, b] = [join(), join()];
  const leader = await takeOff(a);
  const follower = await followElsewhere(b);
  const asked = follower.ready(true);
  follower.leave();
  expect(await asked).toBeUndefined();
  await advance(600);
  expect(b.flights.size).toBe(0);
  leader.fail();
  await settle();
});
