import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { KNOWN } from "../plugins/config";
import { complete } from "../plugins/config/complete";
import { configSchema } from "../plugins/config/schema";
import { contentKey, ProviderPool } from "../plugins/provider-pool";
import { services } from "./support/exchange";

/** A provider's settings as they come out of a configuration. */
function settings(written: Readonly<Record<string, unknown>> = {}) {
  const models = [{ name: "m", targets: [{ provider: "it", model: "m" }] }];
  const providers = { it: { kind: "openai", api_keys: ["sk-1"], ...written } };
  const config = complete(configSchema(KNOWN).parse({ version: 1, providers, policies: { p: { models } } }), KNOWN, "/");
  const found = config.providers["it"];
  if (found === undefined) throw new Error("no provider");
  return found;
}

test("the same content is the same provider, with all its state", () => {
  const pool = new ProviderPool(services);
  const first = pool.get("it", settings());
  const second = pool.get("it", settings());
  expect(second).toBe(first);
  expect(second.keys).toBe(first.keys);
  expect(second.health).toBe(first.health);
});

test("however it was written", () => {
  const pool = new ProviderPool(services);
  const headers = { "x-a": "1", "x-b": "2" };
  const reversed = Object.fromEntries(Object.entries(headers).reverse());
  const config = settings({ headers });
  const other = settings({ headers: reversed });
  expect(Object.keys(other.headers)).not.toEqual(Object.keys(config.headers));
  expect(pool.get("it", other)).toBe(pool.get("it", config));
  const turned: unknown = Object.fromEntries(Object.entries(config).reverse());
  expect(pool.get("it", turned as typeof config)).toBe(pool.get("it", config));
});

test.each<[string, Readonly<Record<string, unknown>>]>([
  ["another key", { api_keys: ["sk-2"] }],
  ["one key more", { api_keys: ["sk-1", "sk-2"] }],
  ["no key", { api_keys: [] }],
  ["a header's value", { headers: { "x-a": "1" } }],
  ["an address", { base_url: "http://127.0.0.1:1/v1" }],
  ["a limit", { max_concurrent: 7 }],
  ["what health means", { health: { min_requests: 3 } }],
  ["a kind", { kind: "anthropic" }],
])("%s: another provider, with state of its own", (_, difference) => {
  const pool = new ProviderPool(services);
  const first = pool.get("it", settings());
  const second = pool.get("it", settings(difference));
  expect(second).not.toBe(first);
  expect(second.keys).not.toBe(first.keys);
  expect(second.health).not.toBe(first.health);
});

test("the order of keys is content; a name is as well", () => {
  const pool = new ProviderPool(services);
  const first = pool.get("it", settings({ api_keys: ["a", "b"] }));
  expect(pool.get("it", settings({ api_keys: ["b", "a"] }))).not.toBe(first);
  expect(pool.get("other", settings({ api_keys: ["a", "b"] }))).not.toBe(first);
});

test("its key tells nothing of what is in it", () => {
  const key = contentKey({ api_keys: ["sk-secret"] });
  expect(key).toMatch(/^[\w+/]{43}=$/);
  expect(contentKey({ api_keys: ["sk-secret"] })).toBe(key);
  expect(contentKey({ api_keys: ["sk-secreu"] })).not.toBe(key);
});

test("what no configuration uses any more is let go; what one uses stays", async () => {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect !== "function") throw new Error("no collector");
  const pool = new ProviderPool(services);
  const used = pool.get("it", settings());
  const unused = new WeakRef(pool.get("it", settings({ api_keys: ["sk-2"] })));
  // A reference that was just read is held until the end of the turn.
  await new Promise(setImmediate);
  collect();
  expect(unused.deref()).toBeUndefined();
  expect(pool.get("it", settings())).toBe(used);
});

test("a certificate that was renewed under its old name makes a new provider; one that cannot be read is told later", () => {
  const directory = mkdtempSync(join(tmpdir(), "graft-pool-"));
  try {
    const ca_file = join(directory, "ca.pem");
    const pool = new ProviderPool(services);
    const config = settings({ tls: { ca_file } });
    const without = pool.get("it", config);
    writeFileSync(ca_file, "one");
    const first = pool.get("it", config);
    expect(first).not.toBe(without);
    expect(pool.get("it", config)).toBe(first);
    writeFileSync(ca_file, "two");
    expect(pool.get("it", config)).not.toBe(first);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
