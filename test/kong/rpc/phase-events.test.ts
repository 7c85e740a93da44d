/** Expiry, on a clock of the test's own. */
import { PhaseEvents, TooManyEventsError } from "../../../kong/rpc/phase-events";
import { createPluginServer } from "../../../kong/rpc/plugin-server";
import { VirtualClock } from "../../support/virtual-clock";
import { behaviour, nothing, type PhaseStep, recordingLogger, testPlugin } from "./support";

const LIMITS = { maxEvents: 2, stepTimeoutMs: 50_000 };

afterEach(() => {
  behaviour.access = nothing;
});

async function prepare() {
  const server = createPluginServer([testPlugin], recordingLogger());
  const clock = new VirtualClock();
  const events = new PhaseEvents(server, LIMITS, clock);
  const started = (await server.StartInstance({ Name: "tester", Config: "{}" })) as { Id: number };
  return { server, clock, events, instance: started.Id };
}

test("a phase whose PDK call Kong never answers is given up, and its plugin told", async () => {
  const { server, clock, events, instance } = await prepare();
  let outcome = "";
  let cleaned = false;
  behaviour.access = async (kong) => {
    try {
      await kong.client.getConsumer();
    } catch (error) {
      outcome = String(error);
    } finally {
      cleaned = true;
    }
  };
  await events.start(instance, "access").answer;
  clock.advance(49_999);
  expect(events.expire()).toEqual({ count: 0, example: "" });
  clock.advance(1);
  expect(events.expire()).toEqual({ count: 1, example: "kong.client.get_consumer" });
  expect([events.size, server.events.size]).toEqual([0, 0]);
  await new Promise(setImmediate);
  expect(outcome).toContain("kong.client.get_consumer stood still for 50000 ms");
  expect(cleaned).toBe(true);
});

test("a plugin that does not come back: Kong gets an error before it gives up itself", async () => {
  const { server, clock, events, instance } = await prepare();
  behaviour.access = () => new Promise(() => {});
  const { answer } = events.start(instance, "access");
  await new Promise(setImmediate);
  clock.advance(50_000);
  expect(events.expire()).toEqual({ count: 1, example: "phase access" });
  await expect(answer).rejects.toThrow("phase access stood still for 50000 ms");
  expect([events.size, server.events.size]).toEqual([0, 0]);
});

test("each step gives a phase new time", async () => {
  const { clock, events, instance } = await prepare();
  behaviour.access = async (kong) => {
    await kong.client.getConsumer();
    await kong.client.getConsumer();
  };
  const first = (await events.start(instance, "access").answer) as PhaseStep;
  clock.advance(40_000);
  await events.step(first.EventId, null).answer;
  clock.advance(40_000);
  expect(events.expire().count).toBe(0);
  expect(await events.step(first.EventId, null).answer).toEqual({ Data: "ret", EventId: first.EventId });
});

test("what is too much is refused with an error of its own", async () => {
  const { events, instance } = await prepare();
  behaviour.access = (kong) => kong.client.getConsumer();
  await events.start(instance, "access").answer;
  await events.start(instance, "access").answer;
  expect(() => events.start(instance, "access")).toThrow(TooManyEventsError);
  events.abandonAll("over");
  expect(events.size).toBe(0);
});
