/** What becomes of requests when the plugin, its server or the way there fails. As measured: most of it lets requests pass. */
import { until } from "../e2e/support/until";
import { cutAt } from "./cut";
import { echo } from "./echo-upstream";
import { Probe } from "./probe";
import { RpcClient } from "./rpc-client";

let probe: Probe;

beforeAll(async () => {
  probe = await Probe.start();
}, 30_000);

afterAll(() => probe?.stop());

const levels = () => probe.kong.errorLog.map(({ level, message }) => `${level}: ${message}`);
const lastRpcs = async (): Promise<number | undefined> => {
  await probe.kong.settled();
  return probe.kong.served.at(-1)?.rpcs;
};

test("a plugin that throws lets the request pass", async () => {
  const { seen, upstream } = await probe.run([
    ["service.request.setHeader", "x-before", "1"],
    ["throw", "on purpose"],
  ]);
  expect(seen.status).toBe(200);
  expect(upstream.headers).toMatchObject({ "x-before": "1" });
  await probe.server.program.until("the stock server's warning", () =>
    probe.server.program.output.includes("on purpose") ? true : undefined,
  );
});

describe("the plugin server's process", () => {
  test("dies, and the worker knows an instance: the request passes, and Kong says why", async () => {
    await probe.restartKong();
    expect((await probe.run([["request.getMethod"]])).results).toEqual(["POST"]);
    await probe.server.program.stop("SIGKILL");
    const { seen, results } = await probe.run([["response.exit", 403]]);
    expect({ status: seen.status, results }).toEqual({ status: 200, results: [] });
    expect(levels()).toContain("err: connection refused");
  });

  test("is not there and no instance either: 500", async () => {
    await probe.kong.reconfigure(probe.config());
    const { seen } = await probe.run([["request.getMethod"]]);
    expect({ status: seen.status, body: seen.body.toString() }).toEqual({
      status: 500,
      body: '{"message":"An unexpected error occurred"}',
    });
    expect(levels()).toContain("err: starting instance: connection refused");
  });

  test("is there again: an instance is started again", async () => {
    await probe.server.restart();
    expect((await probe.run([["request.getMethod"]])).results).toEqual(["POST"]);
  });

  test("was replaced behind Kong's back: no plugin instance, start, repeat", async () => {
    await probe.run([]);
    await probe.server.restart();
    const { results } = await probe.run([["request.getMethod"]]);
    expect(results).toEqual(["POST"]);
    // HandleEvent, StartInstance, HandleEvent and a step for each of get_header, get_method, set_header.
    expect(await lastRpcs()).toBe(6);
    expect(levels().filter((line) => line.startsWith("warn: no plugin instance"))).toHaveLength(1);
  });

  test("dies while a phase runs: the request passes as far as the plugin got", async () => {
    await probe.restartKong();
    const { seen } = await probe.run([["service.setTarget", "127.0.0.1", probe.upstream.port]]);
    expect(seen.status).toBe(200);
    probe.upstream.handler = (_, response) => void response.end("passed");
    const answer = probe.run([...Array.from({ length: 400 }, () => ["request.getMethod"] as const), ["response.exit", 403]]);
    await until("the middle of the phase", () => (probe.kong.rpcs > 50 ? true : undefined));
    await probe.server.program.stop("SIGKILL");
    expect((await answer).seen).toMatchObject({ status: 200, body: Buffer.from("passed") });
    await probe.server.restart();
  });

  test("cannot take a frame that is cut inside a number: the stock one dies of it", async () => {
    // On a busy machine both pieces may come as one.
    await until("a frame that came in two pieces", async () => {
      await probe.restartKong({ cut: cutAt(1) });
      const { seen } = await probe.run([["request.getMethod"]]);
      return seen.status === 500 ? true : undefined;
    });
    expect(await probe.server.program.exit).toBe(1);
    await probe.server.restart();
    await probe.restartKong();
  });
});

describe("workers and configurations", () => {
  const started = () => [...probe.server.program.output.matchAll(/instance #(\d+) of probe started/g)].length;

  beforeEach(async () => {
    probe.upstream.handler = echo;
    await probe.server.restart();
    await probe.restartKong({ workers: 3 });
  });

  test("an instance for each worker", async () => {
    for (let call = 0; call < 7; call += 1) await probe.run([["request.getMethod"]], { agent: false });
    await probe.server.program.until("three instances", () => (started() === 3 ? true : undefined));
    await probe.kong.settled();
    expect(new Set(probe.kong.served.map(({ worker }) => worker))).toEqual(new Set([0, 1, 2]));
  });

  test("of many first requests at a time, one starts the instance", async () => {
    await probe.restartKong();
    const all = await Promise.all(Array.from({ length: 20 }, () => probe.run([["request.getMethod"]])));
    expect(all.map(({ results }) => results)).toEqual(all.map(() => ["POST"]));
    expect(started()).toBe(1);
  });

  test("a lost instance is lost for all workers, and each starts its own", async () => {
    for (let call = 0; call < 3; call += 1) await probe.run([], { agent: false });
    await probe.server.restart();
    for (let call = 0; call < 3; call += 1)
      expect((await probe.run([["request.getMethod"]], { agent: false })).results).toEqual(["POST"]);
    expect(levels().filter((line) => line.startsWith("warn: no plugin instance"))).toHaveLength(1);
    await probe.server.program.until("three instances", () => (started() === 3 ? true : undefined));
  });

  test("a new configuration is a new instance; the old one is closed after it", async () => {
    await probe.restartKong();
    const note = async () => ((await probe.run([["config"]])).results[0] as { note: string }).note;
    expect(await note()).toBe("none");
    await probe.kong.reconfigure(probe.config([{ name: "probe", config: { note: "second" } }]));
    expect(await note()).toBe("second");
    // StartInstance, HandleEvent and a step for each of get_header, set_header.
    expect(await lastRpcs()).toBe(4);
    const rpc = new RpcClient(probe.server.socket, { deadlineMs: 5000 });
    await expect(rpc.call("plugin.InstanceStatus", 0)).rejects.toThrow("no plugin instance #0");
    expect(await rpc.call("plugin.InstanceStatus", 1)).toMatchObject({ Id: 1, Name: "probe" });
    rpc.close();
  });

  test("requests under way keep the configuration they began with", async () => {
    await probe.restartKong();
    const slow = Array.from({ length: 50 }, () => ["request.getMethod"] as const);
    const notes = ["none", ...Array.from({ length: 5 }, (_, index) => `note ${index}`)];
    const seen: unknown[] = [];
    const clients = Array.from({ length: 4 }, async () => {
      while (!notes.slice(1).every((it) => seen.includes(it))) {
        const { seen: answer, results } = await probe.run([["config"], ...slow, ["config"]]);
        expect(answer.status).toBe(200);
        const [before, after] = [results[0], results.at(-1)] as { note: string }[];
        expect(after).toEqual(before);
        seen.push(before?.note);
      }
    });
    for (const config of notes.slice(1)) {
      await probe.kong.reconfigure(probe.config([{ name: "probe", config: { note: config } }]));
      await until(`an answer by ${config}`, () => (seen.includes(config) ? true : undefined));
    }
    await Promise.all(clients);
  });
});
