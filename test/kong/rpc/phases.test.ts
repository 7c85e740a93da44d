/** Phases over a real socket: what Kong asks, what plugins do, and that nothing stays behind. */
import { VirtualClock } from "../../support/virtual-clock";
import { behaviour, type Client, cleanUp, type Kong, type Running, serve, until } from "./support";

afterEach(cleanUp);

const GET_CONSUMER = { Method: "kong.client.get_consumer", Args: [] };

function counts({ server, listener }: Running): { ours: number; theirs: number } {
  return { ours: listener.running, theirs: server.events.size };
}

const NONE = { ours: 0, theirs: 0 };

describe("a phase", () => {
  test("asks Kong what its plugin asks, step by step, over whichever connection", async () => {
    const running = await serve();
    const seen: unknown[] = [];
    behaviour.access = async (kong, config) => {
      seen.push(config, await kong.client.getConsumer(), await kong.request.getHeader("x-a"));
    };
    const instance = await running.startInstance({ limit: 5 });
    const connections = await Promise.all([running.connect(), running.connect(), running.connect()]);
    const [a, b, c] = connections as [Client, Client, Client];

    const first = await a.handle(instance);
    expect(first).toEqual({ Data: GET_CONSUMER, EventId: expect.any(Number) });
    const second = await b.step(first.EventId, { username: "alice" }, "StepConsumer");
    expect(second).toEqual({ Data: { Method: "kong.request.get_header", Args: ["x-a"] }, EventId: first.EventId });
    expect(counts(running)).toEqual({ ours: 1, theirs: 1 });
    expect(await c.step(first.EventId, "one")).toEqual({ Data: "ret", EventId: first.EventId });

    expect(seen).toEqual([{ limit: 5 }, { username: "alice" }, "one"]);
    expect(counts(running)).toEqual(NONE);
  });

  test.each([
    "Step",
    "StepMultiMap",
    "StepService",
    "StepConsumer",
    "StepRoute",
    "StepPlugin",
    "StepCredential",
    "StepMemoryStats",
  ])("%s brings a result", async (method) => {
    const running = await serve();
    let result: unknown;
    behaviour.access = async (kong) => {
      result = await kong.client.getConsumer();
    };
    const client = await running.connect();
    const { EventId } = await client.handle(await running.startInstance());
    expect((await client.step(EventId, { a: ["b"] }, method)).Data).toBe("ret");
    expect(result).toEqual({ a: ["b"] });
  });

  test("an absent result is undefined, an absent argument nil", async () => {
    const running = await serve();
    let result: unknown = "unset";
    behaviour.access = async (kong) => {
      result = await kong.request.getHeader(undefined);
    };
    const client = await running.connect();
    const { EventId, Data } = await client.handle(await running.startInstance());
    expect(Data).toEqual({ Method: "kong.request.get_header", Args: [null] });
    await client.call("plugin.Step", { EventId });
    expect(result).toBeUndefined();
  });

  test("StepError fails the call the plugin waits in", async () => {
    const running = await serve();
    let caught = "";
    behaviour.access = async (kong) => {
      await kong.client.getConsumer().catch((error: Error) => {
        caught = error.message;
      });
    };
    const client = await running.connect();
    const { EventId } = await client.handle(await running.startInstance());
    expect((await client.step(EventId, "no database", "StepError")).Data).toBe("ret");
    expect(caught).toContain("no database");
  });

  test("many run at once over one connection each, and none gets another's result", async () => {
    const running = await serve();
    const seen = new Map<unknown, unknown>();
    behaviour.access = async (kong) => {
      const name = await kong.request.getHeader("name");
      seen.set(name, await kong.request.getHeader("again"));
    };
    const instance = await running.startInstance();
    await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        const client = await running.connect();
        const { EventId } = await client.handle(instance);
        await client.step(EventId, `name ${n}`);
        await client.step(EventId, `again ${n}`);
      }),
    );
    expect([...seen]).toHaveLength(50);
    for (const [name, again] of seen) expect(again).toBe(String(name).replace("name", "again"));
    expect(counts(running)).toEqual(NONE);
  });
});

describe("nothing stays behind", () => {
  const ROUNDS = 3000;

  test.each([
    ["without a PDK call", () => {}, "ret"],
    ["that throw", () => Promise.reject(new Error("bug")), "ret"],
    ["that exit", (kong: Kong) => kong.response.exit(403, "no"), { Method: "kong.response.exit", Args: [403, "no"] }],
    ["that end in an error", (kong: Kong) => kong.response.error(500), { Method: "kong.response.error", Args: [500] }],
    [
      "that go on after their exit",
      async (kong: Kong) => {
        await kong.response.exit(403);
        await kong.client.getConsumer();
      },
      { Method: "kong.response.exit", Args: [403] },
    ],
  ])(`of ${ROUNDS} phases %s`, async (_name, access, Data) => {
    const running = await serve();
    behaviour.access = access;
    const instance = await running.startInstance();
    const client = await running.connect();
    for (let n = 0; n < ROUNDS; n += 1) expect((await client.handle(instance)).Data).toEqual(Data);
    expect(counts(running)).toEqual(NONE);
  });

  test("of phases that exit after a step", async () => {
    const running = await serve();
    behaviour.access = async (kong) => {
      await kong.client.getConsumer();
      return kong.response.exit(401);
    };
    const instance = await running.startInstance();
    const client = await running.connect();
    for (let n = 0; n < 300; n += 1) {
      const { EventId } = await client.handle(instance);
      const last = await client.step(EventId, null);
      expect(last.Data).toEqual({ Method: "kong.response.exit", Args: [401] });
      await expect(client.step(EventId, null)).rejects.toThrow(`event id ${EventId} not found`);
    }
    expect(counts(running)).toEqual(NONE);
  });

  test("when the connection dies while Kong waits on it: the plugin's next PDK call fails", async () => {
    const running = await serve();
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    let outcome = "";
    behaviour.access = async (kong) => {
      await gate;
      await kong.client.getConsumer().catch((error: Error) => {
        outcome = error.message;
      });
    };
    const instance = await running.startInstance();
    const client = await running.connect();
    void client.handle(instance).catch(() => {});
    await until(() => running.listener.running === 1);
    client.close();
    await until(() => running.listener.running === 0);
    expect(counts(running)).toEqual(NONE);
    go();
    await until(() => outcome !== "");
    expect(outcome).toContain("Kong no longer waits for this phase");
    expect(counts(running)).toEqual(NONE);
  });

  test("when it dies between two steps Kong goes on over another", async () => {
    const running = await serve();
    behaviour.access = (kong) => kong.client.getConsumer();
    const instance = await running.startInstance();
    const [first, second] = [await running.connect(), await running.connect()];
    const { EventId } = await first.handle(instance);
    first.close();
    await first.ended;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await second.step(EventId, null)).Data).toBe("ret");
  });

  test("of an answer that MessagePack cannot hold", async () => {
    const running = await serve();
    let outcome = "";
    behaviour.access = (kong) =>
      kong.request
        .getHeader(() => {})
        .catch((error: Error) => {
          outcome = error.message;
        });
    const client = await running.connect();
    await expect(client.handle(await running.startInstance())).rejects.toThrow("Unrecognized object");
    await until(() => outcome !== "");
    expect(outcome).toContain("Unrecognized object");
    expect(counts(running)).toEqual(NONE);
    behaviour.access = () => {};
    expect((await client.handle(await running.startInstance())).Data).toBe("ret");
  });
});

test("a phase that stands still is given up without anybody asking", async () => {
  jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate"] });
  try {
    const clock = new VirtualClock();
    const running = await serve({ clock, limits: { stepTimeoutMs: 50_000 } });
    behaviour.access = (kong) => kong.client.getConsumer();
    const client = await running.connect();
    const { EventId } = await client.handle(await running.startInstance());
    clock.advance(50_000);
    jest.advanceTimersByTime(5_000);
    expect(counts(running)).toEqual(NONE);
    expect(running.lines).toContain(
      "warn plugin phases given up because they stood still: 1, the last one in kong.client.get_consumer",
    );
    await expect(client.step(EventId, null)).rejects.toThrow("not found");
  } finally {
    jest.useRealTimers();
  }
});

describe("a step that does not fit", () => {
  test("for an event there is not", async () => {
    const running = await serve();
    const client = await running.connect();
    await expect(client.step(7, null)).rejects.toThrow("event id 7 not found");
    await expect(client.call("plugin.Step", {})).rejects.toThrow("event id NaN not found");
  });

  test("for a plugin that has not asked: its next question does not get the answer", async () => {
    const running = await serve();
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    let consumer: unknown;
    behaviour.access = async (kong) => {
      await kong.request.getHeader("x");
      await gate;
      consumer = await kong.client.getConsumer();
    };
    const [client, other] = [await running.connect(), await running.connect()];
    const { EventId } = await client.handle(await running.startInstance());
    const next = client.step(EventId, "x");
    await expect(other.step(EventId, { username: "mallory" })).rejects.toThrow("awaits no step");
    go();
    expect((await next).Data).toEqual(GET_CONSUMER);
    await client.step(EventId, { username: "alice" });
    expect(consumer).toEqual({ username: "alice" });
  });
});

test("more phases than allowed are refused, and allowed again when some end", async () => {
  const running = await serve({ limits: { maxEvents: 3 } });
  behaviour.access = (kong) => kong.client.getConsumer();
  const instance = await running.startInstance();
  const client = await running.connect();
  const events = [await client.handle(instance), await client.handle(instance), await client.handle(instance)];
  await expect(client.handle(instance)).rejects.toThrow("more than 3 plugin phases at one time");
  await client.step(events[1]?.EventId as number, null);
  expect((await client.handle(instance)).Data).toEqual(GET_CONSUMER);
});
