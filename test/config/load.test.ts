import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type LoadResult, loadConfig } from "../../plugins/config/load";
import type { Config } from "../../plugins/config/schema";
import { issuesOf, load, MINIMAL, makeDirectory, removeDirectories, WORDS } from "./support";

afterAll(removeDirectories);

async function valid(text: string, env: Record<string, string> = {}): Promise<Config> {
  const result = await load(text, { env });
  expect(issuesOf(result)).toEqual([]);
  if (!result.ok) throw new Error("refused");
  return result.config;
}

test("defaults are filled in", async () => {
  const config = await valid(MINIMAL);
  expect(config.providers["main"]).toEqual({
    kind: "openai",
    base_url: "https://api.openai.example/v1",
    api_keys: ["sk-1"],
    headers: {},
    connect_timeout_ms: 5000,
    max_concurrent: 2000,
    health: { window_ms: 30_000, min_requests: 10, error_rate: 0.5, cooldown_ms: 15_000 },
    allow_link_local: false,
  });
  expect(config.policies["default"]).toMatchObject({
    unsupported_params: "warn",
    allow_provider_state: false,
    fail_open: false,
    plugins: {},
  });
  expect(config.policies["default"]?.models[0]).toMatchObject({
    strategy: "fallback",
    allow: { callers: [], teams: [], groups: [] },
    targets: [{ provider: "main", model: "gpt-4o-mini", weight: 1, timeout_ms: 120_000 }],
  });
  expect(config.policies["default"]?.models[0]?.fallback_statuses).toEqual(
    expect.arrayContaining([401, 403, 404, 408, 429, 500, 503, 529]),
  );
  for (const status of [400, 413, 422, 501])
    expect(config.policies["default"]?.models[0]?.fallback_statuses).not.toContain(status);
  expect(config.envoy.routes).toEqual([
    { prefix: "/", hosts: ["*"], policy: "default", timeout_ms: 600_000, idle_timeout_ms: 300_000 },
  ]);
  expect(config.envoy.caller.kind).toBe("none");
  expect(config.admin).toEqual({ listen: "127.0.0.1:9464" });
  expect(config.bounds).toMatchObject({ maxJsonDepth: 128, maxExchanges: 10_000 });
});

test("the same file as JSON", async () => {
  const json = {
    version: 1,
    providers: { main: { kind: "openai", api_keys: ["sk-1"] } },
    policies: { default: { models: [{ name: "fast", targets: [{ provider: "main", model: "gpt-4o-mini" }] }] } },
  };
  expect(await valid(JSON.stringify(json, undefined, "\t"))).toEqual(await valid(MINIMAL));
});

test("texts from outside become numbers and booleans where the schema wants them", async () => {
  const text = MINIMAL.replace(
    "kind: openai",
    'kind: openai, connect_timeout_ms: "${MS}", allow_link_local: "${YES}", headers: { x-n: "${MS}" }',
  );
  const { main } = (await valid(text, { MS: "1500", YES: "true" })).providers;
  expect(main).toMatchObject({ connect_timeout_ms: 1500, allow_link_local: true, headers: { "x-n": "1500" } });
});

test("a text from outside that is no number stays a fault, shown as it was written", async () => {
  const text = MINIMAL.replace("kind: openai", 'kind: openai, connect_timeout_ms: "${MS}"');
  const faults = ["", "10s", "1e3", "0x10", "true", "9".repeat(30), " 5"].filter((value) => value !== "");
  for (const MS of faults) {
    expect(issuesOf(await load(text, { env: { MS } }))).toEqual([
      '3:45: error: providers.main.connect_timeout_ms: must be a number, not "${MS}"',
    ]);
  }
  expect(issuesOf(await load(text, { env: { MS: "0" } }))).toEqual([
    '3:45: error: providers.main.connect_timeout_ms: must be at least 1, not "${MS}"',
  ]);
});

test("empty keys are left out", async () => {
  const text = MINIMAL.replace("[sk-1]", '["${A:-}", "${B}", "${C:-}"]');
  expect((await valid(text, { B: "sk-b" })).providers["main"]?.api_keys).toEqual(["sk-b"]);
});

test("base URLs lose their trailing slash, TLS paths are absolute", async () => {
  const directory = makeDirectory();
  writeFileSync(join(directory, "ca.pem"), "x");
  const text = MINIMAL.replace("kind: openai", "kind: openai, base_url: 'https://a.example/v1//', tls: { ca_file: ca.pem }");
  const result = await load(text, {}, directory);
  expect(result).toMatchObject({
    ok: true,
    warnings: [],
    config: { providers: { main: { base_url: "https://a.example/v1", tls: { ca_file: join(directory, "ca.pem") } } } },
  });
  expect([...result.files.keys()].sort()).toEqual([join(directory, "ca.pem"), join(directory, "graft.yaml")]);
});

test("secrets come from files below the root", async () => {
  const directory = makeDirectory();
  mkdirSync(join(directory, "secrets"));
  writeFileSync(join(directory, "secrets", "openai"), "sk-from-file\n");
  writeFileSync(join(directory, "elsewhere"), "sk-elsewhere\n");
  symlinkSync("../elsewhere", join(directory, "secrets", "link"));
  const text = (key: string) => `files_root: "\${ROOT:-secrets}"\n${MINIMAL.replace("sk-1", `'\${file:${key}}'`)}`;
  const good = await load(text("openai"), {}, directory);
  expect(good).toMatchObject({ ok: true, config: { providers: { main: { api_keys: ["sk-from-file"] } } } });
  expect([...good.files.keys()]).toContain(join(directory, "secrets", "openai"));
  for (const key of ["link", "../elsewhere", "none"]) {
    const refused = await load(text(key), {}, directory);
    expect(issuesOf(refused).join()).toMatch(
      /^4:36: error: providers\.main\.api_keys\[0\]: file .* (is not below|does not exist)/,
    );
  }
});

test("the hash leaves secrets out, and nothing else", async () => {
  const hash = async (text: string, env: Record<string, string> = {}): Promise<string> => {
    const result = await load(text, { env });
    return result.ok ? result.hash : issuesOf(result).join();
  };
  const base = await hash(MINIMAL);
  expect(base).toMatch(/^[0-9a-f]{12}$/);
  expect(await hash(`# a comment\n${MINIMAL}`)).toBe(base);
  expect(await hash(MINIMAL.replace("sk-1", "sk-2"))).toBe(base);
  expect(await hash(MINIMAL.replace("[sk-1]", "[sk-1, sk-2]"))).not.toBe(base);
  expect(await hash(MINIMAL.replace("gpt-4o-mini", "gpt-4o"))).not.toBe(base);
  expect(await hash(MINIMAL.replace("gpt-4o-mini", "'${M}'"), { M: "gpt-4o-mini" })).toBe(base);
  const plugin = (key: string) => `${MINIMAL}    plugins: { sample: { webhook_key: ${key} } }\n`;
  expect(await hash(plugin("one"))).toBe(await hash(plugin("two")));
});

/** One change to the valid file, and everything that is said about it. */
const FAULTS: [string, (text: string) => string, string[]][] = [
  ["nothing in the file", () => "", ["1:1: error: the file is empty"]],
  ["a list", () => "- a\n", ["1:1: error: must be a mapping (key: value), not a list"]],
  ["other version", (it) => it.replace("version: 1", "version: 2"), ["1:10: error: version: must be 1, not 2"]],
  ["no version", (it) => it.replace("version: 1\n", ""), ["1:1: error: version: is missing; one of: 1"]],
  [
    "unknown key",
    (it) => it.replace("kind:", "kind: openai, apiKeys: [], x:"),
    [
      '3:25: error: providers.main.apiKeys: unknown key; did you mean "api_keys"?',
      "3:38: error: providers.main.x: unknown key; known: kind, base_url, api_keys, headers, tls, connect_timeout_ms, max_concurrent, health, allow_link_local",
    ],
  ],
  [
    "unknown kind",
    (it) => it.replace("kind: openai", "kind: opnai"),
    [
      '3:17: error: providers.main.kind: must be one of openai, anthropic, openai-compatible, not "opnai"; did you mean "openai"?',
    ],
  ],
  [
    "missing kind",
    (it) => it.replace("kind: openai,", ""),
    ["3:3: error: providers.main.kind: is missing; one of: openai, anthropic, openai-compatible"],
  ],
  [
    "keys not in a list",
    (it) => it.replace("[sk-1]", "sk-1"),
    ["3:35: error: providers.main.api_keys: must be a list, not a single value"],
  ],
  [
    "number for a text",
    (it) => it.replace("gpt-4o-mini", "4"),
    ["9:38: error: policies.default.models[0].targets[0].model: must be a text, not 4: put it in quotes"],
  ],
  [
    "text for a number",
    (it) => it.replace("gpt-4o-mini", "m, timeout_ms: 10s"),
    ['9:53: error: policies.default.models[0].targets[0].timeout_ms: must be a number, not "10s"'],
  ],
  [
    "out of range",
    (it) => it.replace("name: fast", "name: fast\n        attempts: 11"),
    ["8:19: error: policies.default.models[0].attempts: must be at most 10, not 11"],
  ],
  [
    "no targets",
    (it) => it.replace("          - { provider: main, model: gpt-4o-mini }\n", ""),
    ["8:17: error: policies.default.models[0].targets: is missing"],
  ],
  [
    "empty targets",
    (it) => it.replace("\n          - { provider: main, model: gpt-4o-mini }", " []"),
    ["8:18: error: policies.default.models[0].targets: must have at least 1 item"],
  ],
  [
    "empty name",
    (it) => it.replace("name: fast", "name: ''"),
    ["7:15: error: policies.default.models[0].name: must not be empty"],
  ],
  [
    "unknown plugin",
    (it) => `${it}    plugins: { sampel: {} }\n`,
    ['10:16: error: policies.default.plugins.sampel: unknown key; did you mean "sample"?'],
  ],
  [
    "fault in a plugin",
    (it) => `${it}    plugins: { sample: { limit: 0 } }\n`,
    ["10:33: error: policies.default.plugins.sample.limit: must be at least 1, not 0"],
  ],
  [
    "missing variable",
    (it) => it.replace("sk-1", "'${OPENAI_API_KEY}'"),
    [
      "3:36: error: providers.main.api_keys[0]: environment variable OPENAI_API_KEY is not set; set it, or write ${OPENAI_API_KEY:-} where it may be absent",
    ],
  ],
  [
    "missing variable in a number",
    (it) => it.replace("kind: openai", "kind: openai, connect_timeout_ms: '${MS}'"),
    [
      "3:45: error: providers.main.connect_timeout_ms: environment variable MS is not set; set it, or write ${MS:-} where it may be absent",
    ],
  ],
  [
    "required value that came out empty",
    (it) => it.replace("gpt-4o-mini", "'${M:-}'"),
    ['9:38: error: policies.default.models[0].targets[0].model: is required, but "${M:-}" came out empty'],
  ],
  [
    "unknown provider",
    (it) => it.replace("provider: main", "provider: mian"),
    [
      "3:3: warning: providers.main: no target uses this provider",
      '9:25: error: policies.default.models[0].targets[0].provider: there is no provider "mian"; did you mean "main"?',
    ],
  ],
  [
    "bad provider name",
    (it) => it.replaceAll("main", "Main"),
    ["3:3: error: providers.Main: names have 1 to 63 lower-case letters, digits, - and _, and begin with a letter or digit"],
  ],
  [
    "no policies",
    (it) => `${it.slice(0, it.indexOf("policies"))}policies: {}\n`,
    [
      '1:1: error: envoy.routes[0].policy: there is no policy "default" (the default of a route); known: (none)',
      "3:3: warning: providers.main: no target uses this provider",
      "4:11: error: policies: must have at least one policy",
    ],
  ],
  [
    "policy without route",
    (it) => it.replace("  default:", "  other:"),
    [
      '1:1: error: envoy.routes[0].policy: there is no policy "default" (the default of a route); known: other',
      "5:3: error: policies.other: does nothing: no route uses this policy",
    ],
  ],
  [
    "same alias twice",
    (it) => `${it}${it.slice(it.indexOf("      - name"))}`,
    ['10:15: error: policies.default.models[1].name: "fast" stands twice in this policy'],
  ],
  [
    "shadowed pattern",
    (it) => {
      const alias = it.slice(it.indexOf("      - name"));
      return `${it}${alias.replace("fast", "'gpt-*'")}${alias.replace("fast", "'gpt-4*'")}${alias.replace("fast", "gpt-5")}`;
    },
    [
      '13:15: error: policies.default.models[2].name: can never match: "gpt-*" above it matches every such name; put the wider pattern last',
    ],
  ],
  ["two stars", (it) => it.replace("fast", "'a*b*'"), ["7:15: error: policies.default.models[0].name: may hold one * only"]],
  [
    "star without a match",
    (it) => it.replace("gpt-4o-mini", "'*'"),
    [
      "9:38: error: policies.default.models[0].targets[0].model: a * here stands for what the * in the alias name matched, but that name has none",
    ],
  ],
  [
    "line break in a model",
    (it) => it.replace("gpt-4o-mini", '"a\\nb"'),
    ["9:38: error: policies.default.models[0].targets[0].model: holds a control character"],
  ],
  [
    "weight without weighted",
    (it) => it.replace("gpt-4o-mini", "m, weight: 3"),
    [
      "9:41: error: policies.default.models[0].targets[0].weight: has no effect under `strategy: fallback`; write `strategy: weighted`",
    ],
  ],
  [
    "all weights zero",
    (it) => it.replace("name: fast", "name: fast\n        strategy: weighted").replace("gpt-4o-mini", "m, weight: 0"),
    ["10:11: error: policies.default.models[0].targets: every weight is 0: nothing would be shared out"],
  ],
  [
    "allow without callers",
    (it) => it.replace("name: fast", "name: fast\n        allow: { teams: [a] }"),
    [
      "8:9: error: policies.default.models[0].allow: nobody could use this model: `envoy.caller.kind` is `none`, so every caller is anonymous",
    ],
  ],
  [
    "forwarded credentials",
    (it) => `${it}    forward_headers: [authorization, X-A, x-api-key, te, x-graft-b, ok]\n`,
    [
      "10:23: error: policies.default.forward_headers[0]: credentials of clients never reach a provider",
      "10:38: error: policies.default.forward_headers[1]: write header names in lower case",
      "10:43: error: policies.default.forward_headers[2]: credentials of clients never reach a provider",
      "10:54: error: policies.default.forward_headers[3]: this header belongs to the connection, not to the request",
      "10:58: error: policies.default.forward_headers[4]: x-envoy-* and x-graft-* are for the gateway alone",
    ],
  ],
  [
    "no key",
    (it) => it.replace(", api_keys: [sk-1]", ""),
    ["3:3: warning: providers.main.api_keys: no key: the public API of this kind refuses requests without one"],
  ],
  [
    "kind without an address",
    (it) => it.replace("kind: openai", "kind: openai-compatible"),
    ["3:3: error: providers.main.base_url: is missing: kind openai-compatible has no public address of its own"],
  ],
  [
    "not a URL",
    (it) => it.replace("kind: openai", "kind: openai, base_url: api.example"),
    ["3:35: error: providers.main.base_url: must be an http:// or https:// URL"],
  ],
  [
    "other scheme",
    (it) => it.replace("kind: openai", "kind: openai, base_url: 'file:///etc'"),
    ["3:35: error: providers.main.base_url: must be an http:// or https:// URL"],
  ],
  [
    "password in the URL",
    (it) => it.replace("kind: openai", "kind: openai, base_url: 'https://u:p@a.example'"),
    ["3:35: error: providers.main.base_url: must not hold a user name or password; use api_keys or headers"],
  ],
  [
    "query",
    (it) => it.replace("kind: openai", "kind: openai, base_url: 'https://a.example/?'"),
    ["3:35: error: providers.main.base_url: must not have a query or fragment"],
  ],
  [
    "metadata address",
    (it) => it.replace("kind: openai", "kind: openai, base_url: 'http://0xa9fea9fe/v1'"),
    [
      "3:35: error: providers.main.base_url: leads to a link-local or cloud metadata address, where credentials are given away; `allow_link_local: true` allows it",
    ],
  ],
  [
    "key with a line break",
    (it) => it.replace("[sk-1]", '["sk-1\\nx: y"]'),
    ["3:36: error: providers.main.api_keys[0]: holds a blank, a line break or a character that is not ASCII"],
  ],
  [
    "bad headers",
    (it) => it.replace("kind: openai", 'kind: openai, headers: { Host: a, host: a, "a b": c, x: "a\\r\\nb", authorization: t }'),
    [
      "3:36: error: providers.main.headers.Host: write header names in lower case",
      "3:45: error: providers.main.headers.host: this header belongs to the connection, not to the request",
      '3:54: error: providers.main.headers["a b"]: not a header name',
      "3:67: error: providers.main.headers.x: holds a line break or control character",
      "3:77: error: providers.main.headers.authorization: api_keys sets this header; give one of the two",
    ],
  ],
  [
    "TLS without https",
    (it) => it.replace("kind: openai", "kind: openai, base_url: 'http://a.example', tls: { cert_file: /none/c }"),
    [
      "3:55: error: providers.main.tls: has no effect: base_url is http://",
      "3:55: error: providers.main.tls: cert_file and key_file go together",
      "3:73: warning: providers.main.tls.cert_file: /none/c does not exist here; the gateway needs it",
    ],
  ],
  [
    "unprotected admin port",
    (it) => `${it}admin: { listen: '0.0.0.0:9464' }\n`,
    ["10:1: error: admin.token: is required: `admin.listen` can be reached from other machines"],
  ],
  [
    "bad addresses",
    (it) => `${it}admin: { listen: 'here' }\nenvoy: { listen: '1.2.3.4', sockets: ['unix:x', 'a:1', 'a:1'] }\n`,
    [
      "10:18: error: admin.listen: must be host:port, e.g. 127.0.0.1:10000 or [::1]:10000",
      "11:18: error: envoy.listen: must be host:port, e.g. 127.0.0.1:10000 or [::1]:10000",
      "11:39: error: envoy.sockets[0]: must be unix:///path (at most 107 bytes) or host:port",
      "11:56: error: envoy.sockets[2]: stands twice: each process needs its own",
    ],
  ],
  [
    "routes",
    (it) => `${it}envoy:
  routes:
    - { prefix: /v1, hosts: ["*.example"] }
    - { prefix: /v1/chat, hosts: [A.EXAMPLE, "*.b.example"] }
    - { prefix: x, hosts: ["a*b", a.example], policy: defualt }
    - { prefix: /v1, hosts: [a.example, other] }
`,
    [
      "13:7: error: envoy.routes[1]: can never match: a route above it takes all of its requests",
      "14:17: error: envoy.routes[2].prefix: must begin with /",
      "14:28: error: envoy.routes[2].hosts[0]: must be a host name, with * at most at its start or its end",
      '14:55: error: envoy.routes[2].policy: there is no policy "defualt"; did you mean "default"?',
    ],
  ],
  [
    "caller settings of another kind",
    (it) => `${it}envoy: { caller: { kind: jwt, header: { id: X-Id } } }\n`,
    [
      "10:31: error: envoy.caller.header: has no effect: `kind` is jwt",
      "10:45: error: envoy.caller.header.id: write header names in lower case",
    ],
  ],
  [
    "nameless filter",
    (it) => `${it}envoy: { http_filters: [{ typed_config: {} }] }\n`,
    ["10:25: error: envoy.http_filters[0]: needs a `name`, as every Envoy HTTP filter does"],
  ],
];

test.each(FAULTS)("%s", async (_what, change, expected) => {
  expect(issuesOf(await load(change(MINIMAL)))).toEqual(expected);
});

test("several hosts, prefixes and callers that are right", async () => {
  await valid(`${MINIMAL}envoy:
  caller: { kind: header, header: { id: x-user } }
  sockets: ["unix:///run/graft/1.sock", "127.0.0.1:9001"]
  routes:
    - { prefix: /v1/chat, hosts: [a.example, "*.b.example", "c.*"] }
    - { prefix: /v1, hosts: [a.example] }
    - {}
`);
});

test("a name that leads to a link-local address is refused, unless it is allowed", async () => {
  const asked: string[] = [];
  const resolve = async (host: string): Promise<string[]> => {
    asked.push(host);
    return ["93.184.216.34", "169.254.169.254"];
  };
  const refused = await load(MINIMAL, { resolve });
  expect(issuesOf(refused).join()).toContain("3:3: error: providers.main.base_url: leads to a link-local");
  expect(asked).toEqual(["api.openai.example"]);
  const allowed = await load(MINIMAL.replace("kind: openai", "kind: openai, allow_link_local: true"), { resolve });
  expect(allowed.ok).toBe(true);
});

test("a name that cannot be looked up is no fault", async () => {
  const resolve = async (): Promise<string[]> => {
    throw new Error("ENOTFOUND");
  };
  expect(issuesOf(await load(MINIMAL, { resolve }))).toEqual([]);
});

test("a file that is not there", async () => {
  const path = join(makeDirectory(), "none.yaml");
  const result: LoadResult = await loadConfig(path, { vocabulary: WORDS, env: {} });
  expect(result).toMatchObject({
    ok: false,
    issues: [{ file: path, line: 1, column: 1, message: `file ${path} does not exist or is not accessible` }],
  });
  expect([...result.files]).toEqual([[path, ""]]);
});
