import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { openRedisStores } from "../../plugins/stores/redis";
import type { ConnectOptions } from "../../plugins/stores/redis/connect";
import { RedisLimits } from "../../plugins/stores/redis/limits";
import { RedisLink } from "../../plugins/stores/redis/link";
import { item, slots, window } from "./limit-items";
import { describeWithRedis, freePort, type RedisServer, startRedis, startSentinel } from "./support/redis-server";

const ITEMS = [item(window(100, 3_600_000, 1), 1), item(slots(5), 1)];
const servers: RedisServer[] = [];

async function start(...settings: readonly string[]): Promise<RedisServer> {
  const server = await startRedis(...settings);
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.remove()));
});

/** Whether a reservation can be made and settled. */
async function works(options: ConnectOptions, namespace = "n"): Promise<boolean> {
  const stores = await openRedisStores({ ...options, namespace, deadlineMs: 2000 });
  try {
    const { granted } = await stores.limits.reserve({ id: "a", ttlMs: 60_000, items: ITEMS });
    return granted && (await stores.limits.settle("a", [1, 1]));
  } catch {
    return false;
  } finally {
    await stores.close();
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 1000; round += 1) {
    if (await holds()) return;
    await sleep(20);
  }
  throw new Error("it does not come about");
}

describeWithRedis("redis connections", () => {
  test("user, password and db, in the URL or beside it", async () => {
    const port = await freePort();
    const server = await start(
      "--port",
      String(port),
      "--requirepass",
      "p:w/d",
      "--user",
      "graft",
      "on",
      ">s@cret",
      "~{n}:*",
      "+@all",
    );
    const at = (db: string, user = ""): string => `redis://${user}127.0.0.1:${port}${db}`;
    expect(await works({ url: at("/3", "graft:s%40cret@") })).toBe(true);
    expect(await works({ url: at(""), username: "graft", password: "s@cret" })).toBe(true);
    expect(await works({ url: at("", ":p%3Aw%2Fd@") })).toBe(true);
    expect(await works({ url: at("", "graft:s%40cret@") }, "other")).toBe(false);
    expect(await works({ url: at("", ":wrong@") })).toBe(false);
    expect(await works({ url: at("") })).toBe(false);
    const admin = new Redis(server.url, { password: "p:w/d", db: 3 });
    expect((await admin.keys("*")).sort()).toEqual(["{n}:clock", "{n}:m:w:100:3600000:1:k"]);
    await admin.quit();
  });

  test.each([
    [{ url: "http://h" }],
    [{ url: "redis://user:secret@h:99999" }],
    [{ url: "redis://user:secret@h/x" }],
    [{ url: "user:secret" }],
    [{ url: "redis://user:secret@h/1", cluster: true }],
    [{ url: "redis://user:secret@h", cluster: true, sentinel: { name: "m" } }],
    [{ url: "redis://user:secret@h", cluster: true, nodes: ["h:secret"] }],
    [{ url: "redis://user:secret@h", namespace: "{secret}" }],
  ])("refuses what cannot be, and gives nothing away: %j", async (options) => {
    const error = await openRedisStores(options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RangeError);
    expect(String(error)).not.toContain("user:secret");
  });

  test("opens without a Redis, and finds it when it comes", async () => {
    const port = await freePort();
    const stores = await openRedisStores({ url: `redis://127.0.0.1:${port}` });
    await expect(stores.limits.release("a")).rejects.toMatchObject({ kind: "unavailable", retryable: true });
    await start("--port", String(port));
    await until(() =>
      stores.limits.release("a").then(
        () => true,
        () => false,
      ),
    );
    await stores.close();
  });

  const withOpenssl = spawnSync("openssl", ["version"]).status === 0 ? test : test.skip;
  if (withOpenssl === test.skip) console.warn("redis over TLS: skipped, there is no openssl on PATH");
  withOpenssl(
    "TLS: with the authority's certificate and our own, and not without",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "graft-tls-"));
      const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
      const subject = ["-subj", "/CN=redis.test", "-addext", "subjectAltName=DNS:redis.test"];
      const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
      execFileSync("openssl", ["req", "-x509", ...curve, "-nodes", "-days", "2", "-keyout", key, "-out", cert, ...subject], {
        stdio: "ignore",
      });
      const port = await freePort();
      await start("--tls-port", String(port), "--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert);
      const [ca, secret] = [readFileSync(cert, "utf8"), readFileSync(key, "utf8")];
      rmSync(folder, { recursive: true });
      const url = `rediss://127.0.0.1:${port}`;
      const tls = { ca, cert: ca, key: secret, servername: "redis.test" };
      expect(await works({ url, tls })).toBe(true);
      expect(await works({ url, tls: { ...tls, servername: "other.test" } })).toBe(false);
      expect(await works({ url, tls: { cert: ca, key: secret, servername: "redis.test" } })).toBe(false);
      expect(await works({ url, tls: { ca, servername: "redis.test" } })).toBe(false);
      expect(await works({ url: url.replace("rediss", "redis") })).toBe(false);
    },
    20_000,
  );

  test("a cluster: every namespace works, each wholly on one node, and survives that others die", async () => {
    const ports = await Promise.all([freePort(), freePort()]);
    const nodes = await Promise.all(
      ports.map((port) => start("--port", String(port), "--cluster-enabled", "yes", "--cluster-require-full-coverage", "no")),
    );
    const admins = nodes.map((node) => new Redis(node.url));
    await admins[0]!.call("CLUSTER", "ADDSLOTSRANGE", "0", "8191");
    await admins[1]!.call("CLUSTER", "ADDSLOTSRANGE", "8192", "16383");
    await admins[0]!.call("CLUSTER", "MEET", "127.0.0.1", String(ports[1]));
    const settled = async (admin: Redis): Promise<boolean> =>
      /cluster_state:ok[\s\S]*cluster_slots_ok:16384[\s\S]*cluster_known_nodes:2/.test(
        String(await admin.call("CLUSTER", "INFO")),
      );
    await until(async () => (await Promise.all(admins.map(settled))).every(Boolean));

    const options = { url: `redis://127.0.0.1:${ports[0]}`, nodes: [`127.0.0.1:${ports[1]}`], cluster: true };
    for (let at = 0; at < 8; at += 1) expect(await works(options, `n${at}`)).toBe(true);
    const sizes = await Promise.all(admins.map((admin) => admin.keys("*")));
    expect(Math.min(...sizes.map((keys) => keys.length))).toBeGreaterThan(0);
    const namespaces = sizes.map((keys) => new Set(keys.map((key) => key.slice(0, key.indexOf(":")))));
    expect([...namespaces[0]!].filter((name) => namespaces[1]!.has(name))).toEqual([]);

    const stores = await openRedisStores({ ...options, namespace: "kv", deadlineMs: 2000 });
    for (let at = 0; at < 50; at += 1) expect(await stores.kv.increment(`k${at}`, 1, 60_000)).toBe(1);
    await stores.close();

    await Promise.all(admins.map((admin) => admin.quit()));
    await nodes[0]!.kill();
    const [alive] = namespaces[1]!;
    await until(() => works({ ...options, url: `redis://127.0.0.1:${ports[1]}` }, alive!.slice(1, -1)));
  }, 30_000);

  test("sentinels: the primary is found, and found again after a failover", async () => {
    const [first, second, third] = await Promise.all([freePort(), freePort(), freePort()]);
    await start("--port", String(first));
    await start("--port", String(second), "--replicaof", `127.0.0.1 ${first}`);
    servers.push(await startSentinel(third, first));
    const sentinel = new Redis(third);
    await until(async () => {
      const replicas = await sentinel.call("SENTINEL", "REPLICAS", "main");
      return Array.isArray(replicas) && replicas.length === 1;
    });
    const link = new RedisLink({ url: `redis://127.0.0.1:${third}`, sentinel: { name: "main" }, deadlineMs: 2000 });
    expect(await link.connected(5000)).toBe(true);
    const limits = new RedisLimits(link, "n");
    expect(await limits.reserve({ id: "a", ttlMs: 60_000, items: ITEMS })).toMatchObject({ granted: true });
    await until(async () => (await sentinel.call("SENTINEL", "FAILOVER", "main").catch(() => "")) === "OK");
    const primary = async (): Promise<unknown> => sentinel.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main");
    await until(async () => JSON.stringify(await primary()).includes(String(second)));
    await until(() => limits.settle("a", [1, 1]).catch(() => false));
    expect((await limits.reserve({ id: "b", ttlMs: 60_000, items: ITEMS })).items[0]?.remaining).toBe(98);
    await link.close();
    sentinel.disconnect();
  }, 40_000);
});
