/** What the store does to requests: nothing, when it is away or holds what is none of ours; and how it is emptied. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { Redis } from "ioredis";
import { question, said } from "../../e2e/support/ask";
import { gate } from "../../e2e/support/gate";
import { ROOT } from "../../e2e/support/stack";
import { until } from "../../e2e/support/until";
import { KongStack } from "../../kong/support";
import { describeWithRedis, type RedisServer, startRedis } from "../../stores/support/redis-server";
import { type FakeUpstream, startFakeUpstream } from "../../upstream/fake-upstream";
import { call, type Seen } from "../../upstream/raw-client";
import { onAllHosts, steady } from "../limits/support";
import { graftYaml, HOST_NAMES, type HostSetup } from "../support/hosts";
import { type HostUnderTest, useHosts } from "../support/use-hosts";
import { asking, cacheOf, calls, hit, STREAMED } from "./support";

jest.setTimeout(30_000);

const DEADLINE_MS = 50;
const MAX_ENTRY_BYTES = 64 * 1024;

const base = (upstream: FakeUpstream): HostSetup => ({
  providers: { one: steady(upstream) },
  models: [{ name: "m", targets: [{ provider: "one", model: "gpt-4o-mini" }] }],
  policy: { plugins: { cache: { scope: "policy", max_entry_bytes: MAX_ENTRY_BYTES } } },
});

interface Printed {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line, as an operator uses it. */
function graft(...args: readonly string[]): Promise<Printed> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [join(ROOT, "dist/cli/main.js"), ...args], (_, stdout, stderr) =>
      resolve({ status: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

describeWithRedis("Redis", () => {
  let redis: RedisServer;
  let client: Redis;

  beforeAll(async () => {
    redis = await startRedis();
    client = new Redis(redis.url);
    client.on("error", () => {});
  });

  afterAll(async () => {
    client?.disconnect();
    await redis?.remove();
  });

  const hosts = useHosts((upstream, name) => ({
    ...base(upstream),
    sections: { store: { kind: "redis", redis: { url: redis.url, namespace: name, deadline_ms: DEADLINE_MS } } },
  }));

  /** One that is busy misses its deadline at times. */
  const keep = (host: HostUnderTest, content: string) => hit(() => host.ask(asking("m", content)));

  onAllHosts(hosts, (host, add) => {
    const entries = () => client.keys(`${host.name}:kv:cache:entry:*`);
    /** What is stored of the only answer there is, and where. */
    const stored = async (): Promise<readonly [name: string, bytes: Buffer]> => {
      const [name = "", ...others] = await entries();
      expect([name, others]).toEqual([expect.stringContaining(":default:"), []]);
      return [name, (await client.getBuffer(name)) ?? Buffer.alloc(0)];
    };

    add("what is no entry of ours is none, and is written over", async () => {
      const content = "Is it poisoned?";
      await keep(host, content);
      const [name, sound] = await stored();
      const [epoch, head, json] = [sound.subarray(0, 8), sound.subarray(8, 10), sound.subarray(10)];
      expect([...head]).toEqual([1, 0]);
      const entry = JSON.parse(json.toString("utf8")) as { events: object[] };
      const of = (value: unknown, ...form: number[]) =>
        Buffer.concat([epoch, Buffer.from(form.length === 0 ? [1, 0] : form), Buffer.from(JSON.stringify(value))]);
      const poison: Readonly<Record<string, Buffer>> = {
        nothing: Buffer.alloc(0),
        "seven bytes": sound.subarray(0, 7),
        "only an epoch": epoch,
        "bad JSON": Buffer.concat([epoch, head, Buffer.from('{"events":[{')]),
        "cut off": sound.subarray(0, sound.length / 2),
        "an older version": of(entry, 0, 0),
        "a newer version": of(entry, 2, 0),
        "another epoch": Buffer.concat([Buffer.alloc(8), sound.subarray(8)]),
        "an unknown form": of(entry, 1, 7),
        "not deflated": of(entry, 1, 1),
        "deflated without end": Buffer.concat([epoch, Buffer.of(1, 1), deflateRawSync(Buffer.alloc(64 << 20, " "))]),
        huge: of({ ...entry, target: "x".repeat(4 << 20) }),
        "a list": of([entry]),
        "no events": of({ ...entry, events: [] }),
        "unknown events": of({ ...entry, events: [...entry.events.slice(0, 1), { type: "exec" }, ...entry.events.slice(1)] }),
        "an error in it": of({ ...entry, events: [...entry.events, { type: "error", error: {} }] }),
        "no end": of({ ...entry, events: entry.events.slice(0, -2) }),
        "an age that is none": of({ ...entry, storedAt: "now" }),
        "a usage that is none": of({ ...entry, usage: { input: -1, output: "many" } }),
        "a prototype": Buffer.concat([epoch, head, Buffer.from('{"__proto__":{"events":[]},"storedAt":1}')]),
      };
      for (const [what, bytes] of Object.entries(poison)) {
        await client.set(name, bytes);
        const { got, calls: made } = await calls(host, () => host.ask(asking("m", content)));
        expect([what, got.status, cacheOf(got), made]).toEqual([what, 200, "miss", 1]);
        expect(said(got)).toContain(content);
        await until(`${what} to be written over`, async () =>
          (await client.getBuffer(name))?.equals(bytes) === false ? true : undefined,
        );
      }
      expect((await calls(host, () => keep(host, content))).calls).toBe(0);
      expect(await entries()).toHaveLength(1);
    });

    add("an epoch that is none: nothing from before is served, and all goes on", async () => {
      for (const epoch of ["x", "-1", "9007199254740993", ""]) {
        await keep(host, "Which epoch?");
        await client.set(`${host.name}:kv:cache:epoch:default`, epoch);
        expect([epoch, cacheOf(await host.ask(asking("m", "Which epoch?")))]).toEqual([epoch, "miss"]);
      }
      await keep(host, "Which epoch?");
    });

    add("purged by command: at once, of this namespace only, and what is being made as well", async () => {
      const content = "Is it purged?";
      const config = ["--config", join(host.running.directory, "graft.yaml")];
      const ask = () => host.ask(asking("m", content));
      await keep(host, content);
      const { opened, open } = gate();
      const before = host.upstream.requests.length;
      host.upstream.script({ do: "hang-mid-stream", n: 4, until: opened });
      const making = host.ask(asking("m", "Is it being made?", STREAMED));
      await host.upstream.waitFor(before + 1);
      expect(await graft("cache", "purge", ...config, "--namespace", "other")).toEqual({
        status: 0,
        stdout: "purged: other\n",
        stderr: "",
      });
      expect(cacheOf(await ask())).toBe("hit");
      expect(await graft("cache", "purge", ...config)).toEqual({ status: 0, stdout: "purged: default\n", stderr: "" });
      expect(cacheOf(await ask())).toBe("miss");
      open();
      await host.record(await making);
      expect(cacheOf(await host.ask(asking("m", "Is it being made?")))).toBe("miss");
      await keep(host, content);
    });
  });

  describe("away", () => {
    /** Requests go on, each with a call of its own at most; how long the slowest took is only told. */
    async function whileAway(host: HostUnderTest, how: string): Promise<void> {
      let slowest = 0;
      const timed = async (content: string, more = {}): Promise<Seen> => {
        const began = performance.now();
        const seen = await host.ask(asking("m", content, more));
        slowest = Math.max(slowest, performance.now() - began);
        return seen;
      };
      const many = await Promise.all(
        Array.from({ length: 20 }, (_, at) => timed(`Number ${at % 10}?`, at % 2 === 0 ? STREAMED : {})),
      );
      const kept = [await timed("Is it kept?"), await timed("Is it kept?")];
      console.info(
        `${host.name}, Redis ${how}: ${many.length + kept.length} requests, slowest ${Math.round(slowest)} ms (deadline ${DEADLINE_MS} ms)`,
      );
      for (const seen of [...many, ...kept]) expect([seen.status, said(seen)]).toEqual([200, expect.stringContaining("?")]);
      expect(kept.map(cacheOf)).toEqual(["miss", "miss"]);
    }

    const all = () => HOST_NAMES.map((name) => hosts[name]);

    test("paused: requests go on, and answers are there again afterwards", async () => {
      await Promise.all(all().map((host) => keep(host, "Is it kept?")));
      redis.signal("SIGSTOP");
      try {
        await Promise.all(all().map((host) => whileAway(host, "paused")));
      } finally {
        redis.signal("SIGCONT");
      }
      // The same answer as before.
      await Promise.all(
        all().map((host) =>
          until("the cache", async () => (cacheOf(await host.ask(asking("m", "Is it kept?"))) === "hit" ? true : undefined)),
        ),
      );
    });

    test("killed, and back with nothing in it: requests go on, and new answers are kept", async () => {
      await redis.kill();
      await Promise.all(all().map((host) => whileAway(host, "killed")));
      const config = join(hosts.relay.running.directory, "graft.yaml");
      const purge = await graft("cache", "purge", "--config", config);
      expect(purge).toEqual({ status: 1, stdout: "", stderr: expect.stringContaining("store") });
      await redis.restart();
      await Promise.all(all().map((host) => keep(host, "Is it kept?")));
    });
  });
});

describe("in a process's memory", () => {
  let upstream: FakeUpstream;
  let stack: KongStack;
  const TOKEN = "admin-0123456789";
  const withToken = (token: string) => graftYaml({ ...base(upstream), sections: { admin: { token } } });

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    stack = await KongStack.start({ config: withToken(TOKEN) });
  });

  afterAll(async () => {
    await stack?.stop();
    await upstream?.close();
  });

  const ask = () => call(`${stack.url}/v1/chat/completions`, { body: question("m") });
  const purge = (...args: readonly string[]) =>
    graft("cache", "purge", "--config", stack.configPath, "--admin", new URL(stack.adminUrl).host, ...args);

  test("purged by command, through the process that has it", async () => {
    await hit(ask);
    expect(await purge("--namespace", "other", "--namespace", "another")).toMatchObject({
      status: 0,
      stdout: "purged: other, another\n",
    });
    expect(cacheOf(await ask())).toBe("hit");
    expect(await purge()).toEqual({ status: 0, stdout: "purged: default\n", stderr: "" });
    expect(cacheOf(await ask())).toBe("miss");
  });

  test("by whom it is not taken", async () => {
    await hit(ask);
    const url = `${stack.adminUrl}/cache/purge`;
    const authorization = `Bearer ${TOKEN}`;
    expect((await call(url, { headers: { "x-graft-admin": "purge" } })).status).toBe(401);
    expect((await call(url, { headers: { "x-graft-admin": "purge", authorization: "Bearer wrong" } })).status).toBe(401);
    expect((await call(url, { headers: { authorization } })).status).toBe(400);
    expect((await call(url, { method: "GET", headers: { authorization, "x-graft-admin": "purge" } })).status).toBe(405);
    expect(cacheOf(await ask())).toBe("hit");
  });

  test("a command that cannot do it says why", async () => {
    await hit(ask);
    const nowhere = await graft("cache", "purge", "--config", stack.configPath, "--admin", "127.0.0.1:9");
    expect(nowhere).toEqual({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("no Graft process answers at 127.0.0.1:9"),
    });
    const other = new KongStack({});
    other.writeConfig(withToken("another-0123456789"));
    const refused = await graft("cache", "purge", "--config", other.configPath, "--admin", new URL(stack.adminUrl).host);
    expect(refused).toEqual({ status: 1, stdout: "", stderr: expect.stringContaining("401") });
    other.writeConfig(graftYaml({ ...base(upstream), policy: {} }));
    const none = await graft("cache", "purge", "--config", other.configPath);
    expect(none).toEqual({ status: 1, stdout: "", stderr: expect.stringContaining("no policy of") });
    await other.stop();
    expect(cacheOf(await ask())).toBe("hit");
  });
});
