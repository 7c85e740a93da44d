import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { INLINE_POLICY, type InstanceConfig, instanceConfigReader } from "../../kong/instance-config";
import { graftSchema, type KongField } from "../../kong/schema";
import { complete } from "../../plugins/config/complete";
import { type Config, configSchema } from "../../plugins/config/schema";
import { load, makeDirectory, removeDirectories, WORDS } from "../config/support";
import { check, fill, recordsRequired } from "./schema/kong-rules";

afterAll(removeDirectories);

const read = instanceConfigReader(WORDS);

/** A process with a file that is not all defaults. */
const OF_PROCESS: Config = complete(
  configSchema(WORDS).parse({
    version: 1,
    providers: {},
    policies: { chat: { models: [{ name: "m", targets: [{ provider: "p", model: "m" }] }] } },
    bounds: { max_exchanges: 7 },
  }),
  WORDS,
  "/",
);

const MINIMAL = {
  providers: { main: { kind: "openai", api_keys: ["sk-1"] } },
  models: [{ name: "fast", targets: [{ provider: "main", model: "gpt-4o-mini" }] }],
};

/** The way through Kong: what somebody wrote, with all that Kong adds to it, or what Kong says against it. */
function throughKong(written: object): { sent: object; refused: string[] } {
  const declared = graftSchema(WORDS).fields[1]?.["config"];
  if (declared === undefined) throw new Error("no config");
  const config: KongField = recordsRequired(declared);
  const filled = fill(config, written);
  const sent = typeof filled === "object" && filled !== null ? filled : {};
  return {
    refused: check(config, written),
    sent: {
      ...sent,
      __key__: "plugins:graft:r1::::d",
      __seq__: 12,
      __plugin_id: "8f2a",
      __ws_id: "d",
      route_id: "r1",
      service_id: "s1",
      plugin_instance_name: "chat",
      $refs: null,
    },
  };
}

function inline(written: object): Extract<InstanceConfig, { kind: "inline" }> {
  const { sent, refused } = throughKong(written);
  expect(refused).toEqual([]);
  const result = read(sent, OF_PROCESS);
  if (result.kind !== "inline") throw new Error(JSON.stringify(result));
  return result;
}

test("a policy of graft.yaml by name", () => {
  for (const groups of [false, true]) {
    const { sent, refused } = throughKong({ policy: "chat", groups_from_acl: groups });
    expect(refused).toEqual([]);
    expect(read(sent, OF_PROCESS)).toEqual({ kind: "policy", policy: "chat", groupsFromAcl: groups, warnings: [] });
  }
});

test("a policy that is not there", () => {
  const { sent } = throughKong({ policy: "caht" });
  expect(read(sent, OF_PROCESS)).toMatchObject({
    kind: "policy",
    warnings: ['config.policy: graft.yaml has no policy "caht"; did you mean "chat"?'],
  });
  expect(read(sent, { ...OF_PROCESS, policies: {} })).toEqual({
    kind: "invalid",
    issues: ["config.policy: there is none: Graft was started without `--config`"],
  });
});

test("a policy written out", () => {
  const { config, version, groupsFromAcl, warnings } = inline({ ...MINIMAL, groups_from_acl: true });
  expect(groupsFromAcl).toBe(true);
  expect(warnings).toEqual([]);
  expect(version).toMatch(/^[0-9a-f]{12}$/);
  expect(Object.keys(config.policies)).toEqual([INLINE_POLICY]);
  expect(config.policies[INLINE_POLICY]?.models[0]).toMatchObject({ name: "fast", strategy: "fallback" });
  expect(config.providers["main"]).toMatchObject({ base_url: "https://api.openai.example/v1", api_keys: ["sk-1"] });
});

test("what is not Kong's to say comes from the process", () => {
  const { config } = inline(MINIMAL);
  expect(config.bounds.maxExchanges).toBe(7);
  expect(config.admin).toBe(OF_PROCESS.admin);
});

test("the same as in graft.yaml, with everything that can be said", async () => {
  const providers = {
    main: {
      kind: "openai",
      base_url: "https://a.example/v1/",
      api_keys: ["sk-1", "sk-2"],
      headers: { "x-team": "blue" },
      connect_timeout_ms: 900,
      tls: { server_name: "b.example" },
      health: { error_rate: 0.25 },
    },
    other: { kind: "openai-compatible", base_url: "http://127.0.0.1:1", allow_link_local: true },
  };
  const policy = {
    models: [
      {
        name: "chat/*",
        strategy: "weighted",
        targets: [
          { provider: "main", model: "*", weight: 3, timeout_ms: 10 },
          { provider: "other", model: "m", weight: 0, context_window: 9, max_output_tokens: 8 },
        ],
        attempts: 4,
        fallback_statuses: [429],
        backoff: { base_ms: 5 },
        allow: { groups: ["gold"] },
      },
    ],
    unsupported_params: "error",
    allow_provider_state: true,
    forward_headers: [],
    stream_keep_alive_ms: 1000,
    plugins: { sample: { limit: 2, webhook_key: "w" } },
  };
  const file = JSON.stringify({ version: 1, providers, policies: { [INLINE_POLICY]: policy } });
  const loaded = await load(file, { host: "kong" });
  const { config } = inline({ providers, ...policy });
  expect(loaded).toMatchObject({ ok: true, warnings: [], config: { providers: config.providers, policies: config.policies } });
  // Both ways: toMatchObject would allow for less here.
  if (loaded.ok) expect({ ...config, bounds: loaded.config.bounds }).toEqual(loaded.config);
});

test("the version tells configurations apart, but for their secrets and their place in Kong", () => {
  const version = (written: object): string => inline(written).version;
  const first = version(MINIMAL);
  expect(version({ ...MINIMAL, unsupported_params: "warn" })).toBe(first);
  expect(version({ ...MINIMAL, providers: { main: { kind: "openai", api_keys: ["sk-2"] } } })).toBe(first);
  expect(version({ ...MINIMAL, unsupported_params: "drop" })).not.toBe(first);
  expect(version({ ...MINIMAL, groups_from_acl: true })).not.toBe(first);
});

/** What Kong refuses by itself is refused here as well: the stock plugin server cannot tell Kong of checks across fields. */
test.each<[string, object, string[]]>([
  ["nothing", {}, ["config: needs `policy`, or `providers` and `models`"]],
  [
    "both",
    { ...MINIMAL, policy: "chat" },
    [
      "config.providers: has no effect: `policy` names a policy of graft.yaml, which says this",
      "config.models: has no effect: `policy` names a policy of graft.yaml, which says this",
    ],
  ],
  [
    "models without providers",
    { models: MINIMAL.models },
    ['config.models[0].targets[0].provider: there is no provider "main"; known: (none)'],
  ],
  ["providers without models", { providers: MINIMAL.providers }, ["config: needs `policy`, or `providers` and `models`"]],
  ["no models", { ...MINIMAL, models: [] }, ["config.models: must have at least 1 item"]],
  [
    "a key of another place",
    { ...MINIMAL, fail_open: true },
    [expect.stringMatching(/^config\.fail_open: unknown key; known: policy, /)],
  ],
  [
    "a slip of the finger",
    { ...MINIMAL, unsuported_params: "warn" },
    ['config.unsuported_params: unknown key; did you mean "unsupported_params"?'],
  ],
  [
    "an unknown kind",
    { ...MINIMAL, providers: { main: { kind: "opnai" } } },
    ['config.providers.main.kind: must be one of openai, anthropic, openai-compatible, not "opnai"; did you mean "openai"?'],
  ],
])("refused by Kong and by Graft: %s", (_what, written, expected) => {
  const { sent, refused } = throughKong(written);
  expect(refused).not.toEqual([]);
  expect(read(sent, OF_PROCESS)).toEqual({ kind: "invalid", issues: expected });
});

/** What Kong's schema cannot say. */
test.each<[string, object, string[]]>([
  [
    "a setting beside a policy's name",
    { policy: "chat", unsupported_params: "error" },
    ["config.unsupported_params: has no effect: `policy` names a policy of graft.yaml, which says this"],
  ],
  [
    "an unknown provider",
    { ...MINIMAL, models: [{ name: "m", targets: [{ provider: "mian", model: "x" }] }] },
    ['config.models[0].targets[0].provider: there is no provider "mian"; did you mean "main"?'],
  ],
  [
    "a weight that does nothing",
    { ...MINIMAL, models: [{ name: "m", targets: [{ provider: "main", model: "x", weight: 2 }] }] },
    ["config.models[0].targets[0].weight: has no effect under `strategy: fallback`; write `strategy: weighted`"],
  ],
  [
    "a credential of clients that would be passed on",
    { ...MINIMAL, forward_headers: ["authorization"] },
    ["config.forward_headers[0]: credentials of clients never reach a provider"],
  ],
  [
    "a name that is none",
    { ...MINIMAL, providers: { ...MINIMAL.providers, "Main 2": { kind: "openai", api_keys: ["k"] } } },
    ['config.providers["Main 2"]: names have 1 to 63 lower-case letters, digits, - and _, and begin with a letter or digit'],
  ],
  [
    "no address",
    { ...MINIMAL, providers: { main: { kind: "openai-compatible" } } },
    ["config.providers.main.base_url: is missing: kind openai-compatible has no public address of its own"],
  ],
  [
    "a link-local address",
    { ...MINIMAL, providers: { main: { kind: "openai", base_url: "http://169.254.169.254/" } } },
    [expect.stringContaining("config.providers.main.base_url: leads to a link-local or cloud metadata address")],
  ],
  [
    "a relative file",
    { ...MINIMAL, providers: { main: { kind: "openai", tls: { ca_file: "ca.pem" } } } },
    [
      "config.providers.main.tls.ca_file: must be an absolute path: Kong's configuration has no directory that it could start from",
    ],
  ],
  [
    "a file that is not there",
    { ...MINIMAL, providers: { main: { kind: "openai", tls: { ca_file: "/nowhere/ca.pem" } } } },
    ["config.providers.main.tls.ca_file: /nowhere/ca.pem cannot be read"],
  ],
])("accepted by Kong, refused by Graft: %s", (_what, written, expected) => {
  const { sent, refused } = throughKong(written);
  expect(refused).toEqual([]);
  expect(read(sent, OF_PROCESS)).toEqual({ kind: "invalid", issues: expected });
});

test("files that are there are taken as they are", () => {
  const file = join(makeDirectory(), "ca.pem");
  writeFileSync(file, "x");
  const { config } = inline({ ...MINIMAL, providers: { main: { kind: "openai", tls: { ca_file: file } } } });
  expect(config.providers["main"]?.tls).toEqual({ ca_file: file });
});

test("warnings are for the log", () => {
  const providers = { ...MINIMAL.providers, spare: { kind: "openai", api_keys: ["k"] } };
  expect(inline({ ...MINIMAL, providers }).warnings).toEqual(["config.providers.spare: no target uses this provider"]);
});

describe("vault references", () => {
  const sent = (keys: unknown, headers: unknown = {}) => ({
    ...throughKong({ ...MINIMAL, providers: { main: { kind: "openai", api_keys: keys, headers } } }).sent,
  });

  test("come with what they were before beside them", () => {
    const config = sent(["sk-from-vault"]);
    const main: unknown = Reflect.get(Reflect.get(config, "providers") as object, "main");
    Reflect.set(main as object, "$refs", { api_keys: ["{vault://env/openai-api-key}"] });
    const result = read(config, OF_PROCESS);
    expect(result).toMatchObject({ kind: "inline", config: { providers: { main: { api_keys: ["sk-from-vault"] } } } });
    expect(JSON.stringify(result)).not.toContain("vault://");
  });

  test("that lead nowhere are said once, each at its place", () => {
    const result = read(sent(["", "a b", ""], { "x-key": "" }), OF_PROCESS);
    const empty = "is empty: Kong found no secret where its vault reference points";
    expect(result).toEqual({
      kind: "invalid",
      issues: [
        `config.providers.main.api_keys[0]: ${empty}`,
        `config.providers.main.api_keys[2]: ${empty}`,
        `config.providers.main.headers.x-key: ${empty}`,
      ],
    });
  });
});

test.each([[null], ["x"], [7], [["a"]]])("something else than a configuration: %j", (received) => {
  const result = read(received, OF_PROCESS);
  expect(result).toEqual({ kind: "invalid", issues: [expect.stringMatching(/^config: must be a mapping/)] });
});

test("no configuration at all, as Lua says it", () => {
  expect(read([], OF_PROCESS)).toEqual({ kind: "invalid", issues: ["config: needs `policy`, or `providers` and `models`"] });
});

test("keys called __proto__ are data, and wrong", () => {
  const config = (text: string): object => JSON.parse(text);
  const models = JSON.stringify(MINIMAL.models);
  const issues = (text: string): readonly string[] => {
    const result = read(config(text), OF_PROCESS);
    return result.kind === "invalid" ? result.issues : [];
  };
  expect(issues(`{"providers":{"__proto__":{"kind":"openai"},"main":{"kind":"openai"}},"models":${models}}`)).toEqual([
    "config.providers.__proto__: a key must not be called __proto__",
  ]);
  expect(issues(`{"providers":{"main":{"kind":"openai","__proto__":{"api_keys":[]}}},"models":${models}}`)).toEqual([
    expect.stringContaining("config.providers.main.__proto__: unknown key"),
  ]);
});

test("no issue shows a secret", () => {
  const SECRET = "hunter2-hunter2";
  const faulty = [
    { api_keys: [`${SECRET}\r\n`] },
    { api_keys: SECRET },
    { api_keys: { a: SECRET } },
    { headers: [SECRET] },
    { headers: { "x-key": `${SECRET}\n` } },
    { headers: { "x-key": { a: SECRET } } },
    { [SECRET.slice(0, 3)]: SECRET },
  ];
  for (const fault of faulty) {
    const result = read({ ...MINIMAL, providers: { main: { kind: "openai", ...fault } } }, OF_PROCESS);
    expect(result.kind).toBe("invalid");
    expect(JSON.stringify(result)).not.toContain(SECRET);
  }
});

test("what was received is left as it is", () => {
  const { sent } = throughKong(MINIMAL);
  const before = structuredClone(sent);
  read(sent, OF_PROCESS);
  expect(sent).toEqual(before);
});
