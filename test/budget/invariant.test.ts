import fc from "fast-check";
import type { Pipeline } from "../../plugins/core/pipeline";
import { openMemoryStores } from "../../plugins/stores/memory";
import { answerWith, chat, JSON_HEADERS } from "../support/exchange";
import { answer, clock, one, replica } from "./support";

const HOUR = 3_600_000;
const LIMIT = 5;

type Step =
  | { readonly do: "ask"; readonly replica: number; readonly tokens: number; readonly together: number }
  /** The `which`th of those that run, with a part of what it reserved. */
  | { readonly do: "finish"; readonly which: number; readonly percent: number }
  | { readonly do: "wait"; readonly hours: number };

const steps = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant("ask" as const),
      replica: fc.nat(2),
      tokens: fc.integer({ min: 1, max: 2500 }),
      together: fc.integer({ min: 1, max: 5 }),
    }),
    fc.record({ do: fc.constant("finish" as const), which: fc.nat(20), percent: fc.nat(100) }),
    fc.record({ do: fc.constant("wait" as const), hours: fc.integer({ min: 1, max: 18 }) }),
  ),
  { minLength: 10, maxLength: 60 },
);

// Reservations that the clock outruns, as no timer renews them here, stay charged as reserved.
test("no day's exchanges cost more than its budget, whatever order they come and end in; every alert is true and told once", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all: readonly Step[]) => {
      clock.setWall(Date.UTC(2026, 2, 28));
      const stores = openMemoryStores(clock);
      const config = one({ limit_usd: LIMIT, period: "day", time_zone: "Europe/Berlin" });
      const replicas = [0, 1, 2].map(() => replica(config, { stores }));
      const running: { pipeline: Pipeline; tokens: number; day: string; startedAt: number }[] = [];
      const spent = new Map<string, number>();
      const day = () => new Intl.DateTimeFormat("sv", { timeZone: "Europe/Berlin" }).format(clock.now());
      const finish = async (which: number, percent: number): Promise<void> => {
        const [it] = running.splice(which % running.length, 1);
        if (it === undefined) return;
        const used = Math.max(1, Math.floor((it.tokens * percent) / 100));
        await answerWith(it.pipeline, 200, JSON_HEADERS, [answer(5, used)]);
        await it.pipeline.log("complete");
        spent.set(it.day, (spent.get(it.day) ?? 0) + used / 1000);
      };
      const oldest = () => running.findIndex(({ startedAt }) => clock.now() - startedAt > 6 * HOUR);
      for (const step of all) {
        if (step.do === "wait") {
          // Nothing runs longer than a day.
          for (let old = oldest(); old !== -1; old = oldest()) await finish(old, 50);
          clock.advance(step.hours * HOUR);
        } else if (step.do === "finish") await finish(step.which, step.percent);
        else {
          const asked = Array.from({ length: step.together }, () => replicas[step.replica]!.open());
          const body = () => chat({ model: "metered", max_tokens: step.tokens });
          const replies = await Promise.all(asked.map((pipeline) => pipeline.request(body())));
          for (const [at, reply] of replies.entries()) {
            if (reply.kind === "send")
              running.push({ pipeline: asked[at]!, tokens: step.tokens, day: day(), startedAt: clock.now() });
          }
        }
      }
      while (running.length > 0) await finish(0, 100);
      for (const [at, dollars] of spent) expect([at, dollars <= LIMIT + 1e-9]).toEqual([at, true]);
      const told = replicas.flatMap(({ told }) => told.map(({ fields }) => fields));
      const due = [...spent.values()].flatMap((dollars) =>
        [80, 90, 100].filter((percent) => dollars >= (LIMIT * percent) / 100 - 1e-9),
      );
      expect(told.map(({ percent }) => percent).sort()).toEqual(due.sort());
    }),
    { seed: 5, numRuns: 60 },
  );
}, 60_000);
