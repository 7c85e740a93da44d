import fc from "fast-check";
import type { Entry } from "../../../plugins/cache/entry";
import type { Follower, Leader } from "../../../plugins/cache/flights";
import { LEASE_MS, pause } from "../../../plugins/cache/flights/shared";
import { GraftError } from "../../../plugins/core/errors";
import type { ChatEvent } from "../../../plugins/core/events";
import { Link } from "./link";
import { advance, answerOf, entryOf, KEY, type Read, reading, replica, settle, sharedMemory } from "./support";

jest.setTimeout(60_000);

const REPLICAS = 3;
const WORDS = 3;
const PAUSES_MS = [0, 3, 1, 40, 0, 7, 120, 0, 1, 11, 2];

/** An exchange that calls the provider; another one answers after each restart. */
interface Call {
  readonly replica: number;
  readonly leader: Leader;
  name: string;
  pushed: number;
}

type Step =
  | { readonly kind: "enter"; readonly replica: number; readonly whole: boolean }
  | { readonly kind: "push" | "restart" | "end" | "store" | "fail" | "leave"; readonly which: number }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "away" | "deaf" | "works" | "kill"; readonly replica: number };

const replicaArbitrary = fc.nat({ max: REPLICAS - 1 });
const which = fc.nat({ max: 20 });
const calm: fc.Arbitrary<Step>[] = [
  fc.record({ kind: fc.constant("enter" as const), replica: replicaArbitrary, whole: fc.boolean() }),
  fc.record({ kind: fc.constant("enter" as const), replica: replicaArbitrary, whole: fc.boolean() }),
  fc.record({ kind: fc.constantFrom("push", "push", "push", "restart", "end", "store", "fail", "leave"), which }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(0, 1, 50, 150, 600, 4000) }),
];
const faults: fc.Arbitrary<Step>[] = [
  fc.record({ kind: fc.constantFrom("away", "deaf", "works", "kill"), replica: replicaArbitrary }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.constant(LEASE_MS) }),
];

/** Some replicas, and what their exchanges have come to. */
class World {
  readonly calls: Call[] = [];
  /** What each call has said, and whether that was all of it. */
  readonly said = new Map<string, { readonly events: ChatEvent[]; complete: boolean }>();
  readonly followers: Follower[] = [];
  readonly reads: { readonly replica: number; readonly read: Read }[] = [];
  mostCalls = 0;
  readonly #links: Link[] = [];
  readonly #replicas: ReturnType<typeof replica>[] = [];
  #cached: Entry | undefined;
  #names = 0;
  #pauses = 0;
  #open = 0;

  constructor() {
    const stores = sharedMemory();
    for (let at = 0; at < REPLICAS; at += 1) {
      const link = new Link();
      // Answers take their time, a different one each.
      link.before = () => pause(PAUSES_MS[this.#pauses++ % PAUSES_MS.length]!);
      this.#links.push(link);
      this.#replicas.push(replica({ ...link.to(stores), shared: true, waitMs: 3_600_000 }));
    }
  }

  /** Exchanges that are neither calling, nor reading, nor over. */
  get open(): number {
    return this.#open;
  }

  get flights(): number {
    return this.#replicas.reduce((sum, { flights }, at) => sum + (this.#links[at]!.mode === "dead" ? 0 : flights.size), 0);
  }

  async run(step: Step): Promise<void> {
    if (step.kind === "wait") return await advance(step.ms);
    if (step.kind === "enter") void this.#exchange(step.replica, step.whole);
    else if ("replica" in step) this.#fault(step.kind, step.replica);
    else if (step.kind === "leave") this.followers[step.which % this.followers.length]?.leave();
    else this.#act(step.kind, this.calls[step.which % this.calls.length]);
    await settle();
  }

  /** All is well again, and every call comes to its end. */
  async finish(): Promise<void> {
    for (const link of this.#links) if (link.mode !== "dead") link.mode = "works";
    for (let round = 0; round < 100; round += 1) {
      for (const call of [...this.calls]) this.#act("end", call);
      await advance(500);
      if (this.open === 0 && this.calls.length === 0 && this.flights === 0 && this.#allRead) return;
    }
  }

  get #allRead(): boolean {
    return this.reads.every(({ replica: at, read }) => read.done || this.isDead(at));
  }

  async #exchange(at: number, whole: boolean): Promise<void> {
    if (this.#links[at]!.mode === "dead") return;
    let role: Leader | Follower | undefined = this.#replicas[at]!.flights.enter(KEY);
    this.#open += 1;
    const dead = this.#links[at]!.closed.then(() => "dead" as const);
    while (role !== undefined) {
      if (role.role === "leader") {
        const follower: Follower | undefined | "dead" = await Promise.race([role.takeOff(async () => this.#cached), dead]);
        if (follower === "dead") break;
        if (follower === undefined) {
          this.#call(at, role);
          break;
        }
        role = follower;
        continue;
      }
      this.followers.push(role);
      const ready: "ready" | "dead" | Leader | GraftError | undefined = await Promise.race([role.ready(whole), dead]);
      if (ready === "ready") this.reads.push({ replica: at, read: reading(role) });
      if (ready instanceof GraftError) throw ready;
      role = typeof ready === "object" ? ready : undefined;
    }
    this.#open -= 1;
  }

  #call(at: number, leader: Leader): void {
    this.calls.push({ replica: at, leader, name: this.#name(), pushed: 0 });
    this.mostCalls = Math.max(this.mostCalls, this.calls.length);
  }

  #name(): string {
    this.#names += 1;
    this.said.set(`c${this.#names}`, { events: [], complete: false });
    return `c${this.#names}`;
  }

  #act(kind: "push" | "restart" | "end" | "store" | "fail", call: Call | undefined): void {
    if (call === undefined) return;
    const { leader } = call;
    if (kind === "push") this.#push(call, 2);
    else if (kind === "restart") {
      leader.restart();
      call.name = this.#name();
      call.pushed = 0;
    } else {
      this.calls.splice(this.calls.indexOf(call), 1);
      if (kind === "fail") leader.fail();
      else {
        this.#push(call, 100);
        const said = this.said.get(call.name)!;
        said.complete = true;
        if (kind === "store") this.#cached = entryOf(said.events);
        void leader.end(kind === "store" ? entryOf(said.events) : undefined);
      }
    }
  }

  #push(call: Call, events: number): void {
    const more = answerOf(call.name, WORDS).slice(call.pushed, call.pushed + events);
    call.pushed += more.length;
    for (const event of more) {
      this.said.get(call.name)!.events.push(event);
      call.leader.push(event);
    }
  }

  #fault(kind: "away" | "deaf" | "works" | "kill", at: number): void {
    const link = this.#links[at]!;
    if (link.mode === "dead") return;
    if (kind !== "kill") {
      link.mode = kind;
      return;
    }
    link.die();
    for (const call of this.calls.filter(({ replica }) => replica === at)) this.calls.splice(this.calls.indexOf(call), 1);
  }

  isDead(at: number): boolean {
    return this.#links[at]!.mode === "dead";
  }
}

/** One call's words only; all of them, or up to where it broke off. */
function check(world: World): void {
  for (const { replica: at, read } of world.reads) {
    const first = read.events[0];
    const said = first?.type === "start" ? world.said.get(first.id) : undefined;
    if (said === undefined) expect(read.events).toEqual([]);
    else expect(read.events).toEqual(said.events.slice(0, read.events.length));
    if (world.isDead(at)) continue;
    expect(read.done).toBe(true);
    if (read.broken === undefined) expect([said?.complete, read.events.length]).toEqual([true, said?.events.length]);
    else expect(["upstream_failed", "client_closed"]).toContain(read.broken);
  }
  expect(world.open).toBe(0);
  expect(world.flights).toBe(0);
}

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test("whatever happens in whatever order, nobody gets a mix of two answers, or half of one for a whole", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(...calm, ...calm, ...faults), { minLength: 20, maxLength: 60, size: "max" }),
      async (steps) => {
        jest.clearAllTimers();
        const world = new World();
        for (const step of steps) await world.run(step);
        await world.finish();
        check(world);
      },
    ),
    { numRuns: 40, seed: 7 },
  );
});

test("without faults, at most one exchange of all replicas calls the provider at a time", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(...calm), { minLength: 20, maxLength: 60, size: "max" }), async (steps) => {
      jest.clearAllTimers();
      const world = new World();
      for (const step of steps) await world.run(step);
      await world.finish();
      check(world);
      expect(world.mostCalls).toBeLessThanOrEqual(1);
    }),
    { numRuns: 40, seed: 8 },
  );
});
