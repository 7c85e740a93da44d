import type { Entry } from "../../../plugins/cache/entry";
import { Flights, type FlightsParts, type Follower, type Leader } from "../../../plugins/cache/flights";
import { systemClock } from "../../../plugins/core/clock";
import { toGraftError } from "../../../plugins/core/errors";
import type { ChatEvent } from "../../../plugins/core/events";
import { MemoryEventLog } from "../../../plugins/stores/memory/event-log";
import { MemoryKv } from "../../../plugins/stores/memory/kv";
import { MemoryLease } from "../../../plugins/stores/memory/lease";

export const KEY = "k";
export const WAIT_MS = 60_000;
export const NOTHING = async (): Promise<undefined> => undefined;

/** The answer of one call to a provider; its name is in every word of it. */
export function answerOf(call: string, words = 3): ChatEvent[] {
  const place = { choice: 0, block: 0 };
  return [
    { type: "start", id: call, model: "m" },
    { type: "block-start", ...place, start: { kind: "text" } },
    ...Array.from({ length: words }, (_, at): ChatEvent => ({ type: "delta", ...place, text: `${call}/${at} ` })),
    { type: "block-end", ...place },
    { type: "finish", choice: 0, reason: "stop" },
    { type: "usage", usage: { input: 3, output: words } },
  ];
}

export function entryOf(events: readonly ChatEvent[]): Entry {
  return { events, storedAt: 1000, target: "p/m", usage: { input: 3, output: 3 }, nanos: 42, dropped: ["seed"] };
}

/** What a follower is told of an entry. */
export const FACTS = { storedAt: 1000, target: "p/m", usage: { input: 3, output: 3 }, nanos: 42, dropped: ["seed"] };

let ids = 0;

/** What several processes share. */
export function sharedMemory(): Pick<FlightsParts, "lease" | "log" | "kv"> {
  return {
    lease: new MemoryLease(systemClock, 10_000),
    log: new MemoryEventLog(systemClock, { maxLength: 10_000, maxStreams: 1000, maxBytes: 10_000_000 }),
    kv: new MemoryKv(systemClock, { maxEntries: 10_000, maxBytes: 10_000_000 }),
  };
}

export interface Replica {
  readonly flights: Flights;
  readonly troubles: unknown[];
}

/** A process; alone unless something says otherwise. */
export function replica(parts: Partial<FlightsParts> = {}): Replica {
  const troubles: unknown[] = [];
  const flights = new Flights({
    ...sharedMemory(),
    shared: false,
    clock: systemClock,
    newId: (prefix) => `${prefix}-${++ids}`,
    maxBytes: 100_000,
    waitMs: WAIT_MS,
    onTrouble: (error) => troubles.push(error),
    ...parts,
  });
  return { flights, troubles };
}

export function lead(flights: Flights, key = KEY): Leader {
  return leading(flights.enter(key));
}

export function follow(flights: Flights, key = KEY): Follower {
  return following(flights.enter(key));
}

export function leading(role: unknown): Leader {
  expect(role).toMatchObject({ role: "leader" });
  return role as Leader;
}

export function following(role: unknown): Follower {
  expect(role).toMatchObject({ role: "follower" });
  return role as Follower;
}

export function pushAll(leader: Leader, events: readonly ChatEvent[]): void {
  for (const event of events) leader.push(event);
}

/** Calls the provider, and tells. */
export async function fly(leader: Leader, call = "a", store = true): Promise<ChatEvent[]> {
  const events = answerOf(call);
  pushAll(leader, events);
  await leader.end(store ? entryOf(events) : undefined);
  return events;
}

export interface Read {
  readonly events: ChatEvent[];
  /** Kind of the error it ended with. */
  broken?: string;
  done: boolean;
}

/** Reads along: what there is so far, and how it ended. */
export function reading(follower: Follower): Read {
  const read: Read = { events: [], done: false };
  const run = async (): Promise<void> => {
    try {
      for await (const batch of follower.events()) read.events.push(...batch);
    } catch (thrown) {
      read.broken = toGraftError(thrown).kind;
    }
    read.done = true;
  };
  void run();
  return read;
}

/** Waits until it is ready, then for all of it. */
export async function readWhole(follower: Follower, whole = true): Promise<readonly ChatEvent[]> {
  expect(await follower.ready(whole)).toBe("ready");
  const events: ChatEvent[] = [];
  for await (const batch of follower.events()) events.push(...batch);
  return events;
}

/** Lets what is under way in this process come to its end. */
export const settle = (): Promise<void> => jest.advanceTimersByTimeAsync(0).then(() => undefined);
export const advance = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms).then(() => undefined);
