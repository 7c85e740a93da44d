/** How a listener ends: what runs is finished, Kong is sent elsewhere, nothing of ours is left. */
import { existsSync } from "node:fs";
import { behaviour, cleanUp, connectTo, recordingLogger, serve, until } from "./support";

afterEach(cleanUp);

test("the phases that run are finished, step by step, and their connections then ended", async () => {
  const running = await serve();
  behaviour.access = async (kong) => {
    await kong.client.getConsumer();
    await kong.request.getHeader("x");
  };
  const instance = await running.startInstance();
  const [client, idle] = [await running.connect(), await running.connect()];
  const { EventId } = await client.handle(instance);

  let cut: number | undefined;
  void running.listener.close(60_000).then((count) => {
    cut = count;
  });
  await expect(connectTo(running.path)).rejects.toThrow(/ECONNREFUSED|ENOENT/);
  expect((await client.step(EventId, null)).Data).toEqual({ Method: "kong.request.get_header", Args: ["x"] });
  expect([client.closed, cut]).toEqual([false, undefined]);
  expect((await client.step(EventId, null)).Data).toBe("ret");
  await Promise.all([client.ended, idle.ended]);
  await until(() => cut !== undefined);
  expect(cut).toBe(0);
  expect(existsSync(running.path)).toBe(false);
});

test("a phase that begins meanwhile over a connection Kong still has is served, and its connection ended", async () => {
  const running = await serve();
  behaviour.access = (kong) => kong.client.getConsumer();
  const instance = await running.startInstance();
  const [busy, late] = [await running.connect(), await running.connect()];
  const first = await busy.handle(instance);
  const closed = running.listener.close(60_000);
  const second = await late.handle(instance);
  expect((await late.step(second.EventId, null)).Data).toBe("ret");
  await late.ended;
  expect(busy.closed).toBe(false);
  expect((await busy.step(first.EventId, null)).Data).toBe("ret");
  expect(await closed).toBe(0);
});

test("the last answer on a connection comes with more than Kong reads at a time, so that nginx does not keep it", async () => {
  const running = await serve();
  const instance = await running.startInstance();
  behaviour.access = (kong) => kong.client.getConsumer();
  const client = await running.connect();
  const pieces: Buffer[] = [];
  client.socket.on("data", (piece: Buffer) => pieces.push(piece));
  const { EventId } = await client.handle(instance);
  const closed = running.listener.close(60_000);
  expect(Buffer.concat(pieces).length).toBeLessThan(100);
  expect((await client.step(EventId, null)).Data).toBe("ret");
  await client.ended;
  expect(Buffer.concat(pieces).length).toBeGreaterThan(2 * 4096);
  expect(await closed).toBe(0);
});

test("connections that Kong has just used stay for a while, and a call on one of them is served", async () => {
  const running = await serve();
  behaviour.access = (kong) => kong.client.getConsumer();
  const instance = await running.startInstance();
  const clients = [await running.connect(), await running.connect(), await running.connect()];
  const closed = running.listener.close(60_000);
  for (const client of clients) {
    await new Promise((resolve) => setTimeout(resolve, 40));
    const { EventId } = await client.handle(instance);
    expect((await client.step(EventId, null)).Data).toBe("ret");
    await client.ended;
  }
  expect(await closed).toBe(0);
});

test("what does not end in time is cut: Kong is told where it waits, the plugin where it does", async () => {
  const running = await serve();
  const outcomes: string[] = [];
  behaviour.access = async (kong) => {
    await kong.client.getConsumer().catch((error: Error) => outcomes.push(error.message));
  };
  const instance = await running.startInstance();
  const [waitsForKong, kongWaits] = [await running.connect(), await running.connect()];
  await waitsForKong.handle(instance);
  behaviour.access = () => new Promise(() => {});
  const unanswered = kongWaits.handle(instance);
  await until(() => running.listener.running === 2);
  const closed = running.listener.close(30);
  await expect(unanswered).rejects.toThrow("the plugin server is stopping");
  expect(await closed).toBe(2);
  expect(running.listener.running).toBe(0);
  await until(() => outcomes.length > 0);
  expect(outcomes).toEqual([expect.stringContaining("the plugin server is stopping")]);
});

test("a successor's socket stays", async () => {
  const old = await serve();
  const next = await serve({ socket: old.path, takeOver: true });
  const [kept, fresh] = [await old.connect(), await next.connect()];
  expect(await old.listener.close(1000)).toBe(0);
  await Promise.resolve(kept);
  expect((await fresh.ask("plugin.GetStatus")).error).toBeNull();
  expect((await (await connectTo(next.path)).ask("plugin.GetStatus")).error).toBeNull();
});

test("the connections of the process taken over go on being served by it", async () => {
  const old = await serve();
  behaviour.access = (kong) => kong.client.getConsumer();
  const instance = await old.startInstance();
  const kept = await old.connect();
  const next = await serve({ socket: old.path, takeOver: true });
  const { EventId } = await kept.handle(instance);
  expect((await kept.step(EventId, null)).Data).toBe("ret");
  const elsewhere = await next.connect();
  await expect(elsewhere.handle(instance)).rejects.toThrow("no plugin instance");
  await expect(elsewhere.step(EventId, null)).rejects.toThrow("not found");
});

test("closing twice is closing once", async () => {
  const running = await serve();
  const [first, second] = [running.listener.close(1000), running.listener.close(0)];
  expect(await Promise.all([first, second])).toEqual([0, 0]);
});

test("a peer that does not read its answers cannot hold up the end", async () => {
  const running = await serve();
  const client = await running.connect();
  client.socket.pause();
  const text = "x".repeat(900_000);
  void client.ask("plugin.StartInstance", { Name: "tester", Config: JSON.stringify({ text }) }).catch(() => {});
  await until(() => running.server.instances.size === 1);
  expect(await running.listener.close(0)).toBe(0);
});

test("nothing is printed, and no line holds a credential", async () => {
  const printed = [jest.spyOn(process.stdout, "write"), jest.spyOn(process.stderr, "write"), jest.spyOn(console, "log")];
  const logger = recordingLogger();
  const running = await serve({ logger });
  const client = await running.connect();
  behaviour.access = (kong) => kong.client.getConsumer();
  const secret = "sk-very-secret";
  const instance = await running.startInstance({ key: secret });
  const { EventId } = await client.handle(instance);
  await client.step(EventId, { credential: secret });
  const answers = [
    await client.ask("plugin.StartInstance", { Name: "tester", Config: `{"key": "${secret}" oops}` }),
    await client.ask("plugin.StartInstance", { Name: "tester", Config: secret }),
    await client.ask("plugin.Step", { EventId, Data: secret }),
    await client.ask("plugin.Nothing", { key: secret }),
  ];
  expect(answers.map(({ error }) => error)).toEqual([
    "the configuration of plugin tester is not valid JSON",
    "the configuration of plugin tester is not valid JSON",
    `event id ${EventId} not found`,
    "method Nothing not implemented",
  ]);
  expect(logger.lines.length + running.lines.length).toBeGreaterThan(0);
  expect([...logger.lines, ...running.lines].join("\n")).not.toContain(secret);
  for (const spy of printed) {
    expect(spy).not.toHaveBeenCalled();
    spy.mockRestore();
  }
});
