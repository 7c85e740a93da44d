import dns from "node:dns";
import { existsSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { KNOWN } from "../../plugins/config";
import type { Caller } from "../../plugins/core/exchange";
import type { HostName } from "../../plugins/core/host";
import { type Explanation, explain, explanationText } from "../../plugins/explain";
import type { Sample } from "../../plugins/explain/sample";
import { JsonEndpoint } from "../../plugins/web-calls/json-endpoint";
import { load, makeDirectory, removeDirectories } from "../config/support";

jest.mock("../../plugins/index", () => ({
  get RUNNING_ORDER() {
    return jest.requireActual<typeof import("./support")>("./support").ORDER;
  },
}));

const connect = jest.spyOn(Socket.prototype, "connect");
const lookup = jest.spyOn(dns, "lookup");

beforeEach(() => {
  connect.mockReset().mockImplementation(() => {
    throw new Error("there is no network");
  });
  lookup.mockReset().mockImplementation(() => {
    throw new Error("there is no network");
  });
});
afterAll(removeDirectories);

const MODELS = `
      - name: smart
        targets:
          - { provider: us, model: gpt-4o, region: us-east }
          - { provider: eu, model: claude-sonnet-4-5, region: eu-west-1, tags: [no-training], max_output_tokens: 1000 }
          - { provider: home, model: llama, region: eu-home, tags: [on-prem], context_window: 10 }
      - { name: cheap, targets: [{ provider: home, model: llama, region: eu-home, tags: [on-prem] }] }
      - { name: spread, strategy: weighted, targets: [{ provider: us, model: a, weight: 0 }, { provider: us, model: b }] }
      - { name: twins, targets: [{ provider: us, model: x, region: us }, { provider: us, model: x, region: eu }] }`;
const RULES = `{ name: personal-data, when: { entities: [email] }, allow: { regions: [eu] } }`;

/** @param plugins lines of the policy's `plugins` @param more of the configuration */
function config(plugins: string, more = ""): string {
  return `version: 1
providers:
  us: { kind: openai, api_keys: [sk-us-secret], headers: { x-account: acct-secret } }
  eu: { kind: anthropic, api_keys: [sk-eu-secret] }
  home: { kind: openai-compatible, base_url: "http://llm.internal:8000/v1" }
prices: { overrides: { "home/llama": { input: 1, output: 2 }, "eu/*": { input: 3, output: 15 }, "us/*": { input: 2, output: 8 } } }
policies:
  default:
    models:${MODELS}
    plugins:
      redact: {}
${plugins}
${more}`;
}

const RESIDENCY = config(`      residency: { rules: [${RULES}] }`);
const HELLO = { model: "smart", messages: [{ role: "user", content: "Write to alice@example.com" }], seed: 1 };

interface Asked extends Partial<Caller>, Partial<Pick<Sample, "policy" | "headers" | "route">> {
  readonly showBody?: boolean;
  readonly host?: HostName;
}

async function explained(yaml: string, request: unknown, asked: Asked = {}): Promise<Explanation> {
  const loaded = await load(yaml, { vocabulary: KNOWN });
  if (!loaded.ok) throw new Error(loaded.issues.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  const { policy = "default", headers = [], showBody = false, host = "envoy", route, ...caller } = asked;
  const body = Buffer.isBuffer(request) ? request : Buffer.from(JSON.stringify(request));
  const who: Caller = { id: "header:|alice", anonymous: false, groups: [], tags: [], ip: "192.0.2.1", ...caller };
  return explain(loaded.config, "hash", { policy, body, caller: who, headers, route }, { host, showBody });
}

const turns = ({ targets }: Explanation) => targets.map((it) => [it.target, it.turns, it.why] as const);

test("what is found, where it may go, what it costs and what is sent", async () => {
  const asked = { showBody: true, team: "support", headers: ["X-Request-Id: 7", "Cookie: session-secret"] };
  const it = await explained(RESIDENCY, HELLO, asked);
  expect(explanationText(it).split("\n")).toEqual(GOLDEN.split("\n"));
  expect(JSON.stringify(it)).not.toMatch(/secret|alice@/);
  expect(it).toMatchObject({
    model: { asked: "smart", alias: "smart", strategy: "fallback" },
    targets: [
      { target: "eu/claude-sonnet-4-5", turns: [1], why: [], estimate: { price: "override", max_output_tokens: 1000 } },
      { target: "home/llama", turns: [2] },
      { target: "us/gpt-4o", turns: [], estimate: { input_tokens: [14, 14], cost_usd: ["0.000028007", "0.03279601"] } },
    ],
    requests: [{ attempt: 1, dropped: ["seed"], headers: { "x-api-key": "***" } }, { attempt: 2 }],
    not_asked: [],
    warnings: [],
  });
  expect(it.error).toBeUndefined();
  expect(connect).not.toHaveBeenCalled();
  expect(lookup).not.toHaveBeenCalled();
});

const GOLDEN = `  policy  default, configuration hash
  caller  header:|alice; team support; 192.0.2.1
  model   smart, strategy fallback

What happens
  email                 found 1 time in the request: placeholder
  us/gpt-4o             forbidden by residency rule personal-data
  home/llama            too small for about 24 tokens: its window is 10
  fallback              the order of attempts: eu/claude-sonnet-4-5, home/llama
  eu/claude-sonnet-4-5  cannot honour seed

Targets, in the order they are asked
  #  target                region     tags         input tokens  output   US dollars
  1  eu/claude-sonnet-4-5  eu-west-1  no-training  0 to 315      to 1000  0.00 to 0.01594501
  2  home/llama            eu-home    on-prem      0 to 319      to 4096  0.00 to 0.00851101         too small for about 24 tokens: its window is 10
  –  us/gpt-4o             us-east    –            14            to 4096  0.000028007 to 0.03279601  forbidden by residency rule personal-data

Attempt 1: what eu/claude-sonnet-4-5 would receive
  POST https://api.anthropic.com/v1/messages
  accept-encoding: identity
  anthropic-version: 2023-06-01
  content-type: application/json
  x-api-key: ***
  x-request-id: 7
  (left out, as it cannot honour them: seed)

  {
    "model": "claude-sonnet-4-5",
    "max_tokens": 1000,
    "messages": [
      {
        "role": "user",
        "content": [
          {
            "type": "text",
            "text": "Write to <EMAIL_1>"
          }
        ]
      }
    ]
  }

Attempt 2: what home/llama would receive
  POST http://llm.internal:8000/v1/chat/completions
  accept-encoding: identity
  content-type: application/json
  x-request-id: 7

  {
    "model": "llama",
    "messages": [
      {
        "role": "user",
        "content": "Write to <EMAIL_1>"
      }
    ],
    "seed": 1
  }

The client gets
  the answer of eu/claude-sonnet-4-5
`;

test("bodies are shown on demand only", async () => {
  const it = await explained(RESIDENCY, HELLO);
  expect(JSON.stringify(it)).not.toContain("EMAIL_1");
  expect(explanationText(it)).toContain("bytes; --show-body prints them");
});

describe("what would be asked of others", () => {
  const guarded = (more: string) => config(`      guard: { url: "https://guard.example/hook?key=secret", ${more} }\n${RULED}`);
  const RULED = `      residency: { rules: [${RULES}] }`;

  test.each(["closed", "open"])("is not, and counts as passed: on_error %s", async (onError) => {
    const it = await explained(guarded(`classifier: { provider: home, model: judge }, on_error: ${onError}`), {
      ...HELLO,
      messages: [{ role: "user", content: "hi" }],
    });
    expect(it.not_asked).toEqual([
      { check: undefined, where: "https://guard.example", forbidden: false },
      { check: "guard:topic", where: "home/judge", forbidden: false },
    ]);
    expect(it.facts).toContainEqual({ kind: "check-unavailable", check: "guard:topic", passed: true });
    expect(it.error).toBeUndefined();
    expect(it.requests.map(({ target }) => target)).toEqual(["us/gpt-4o", "eu/claude-sonnet-4-5", "home/llama"]);
    expect(explanationText(it)).toContain(
      "Not asked, for nothing is sent\n  web call     https://guard.example\n  guard:topic  home/judge",
    );
    expect(connect).not.toHaveBeenCalled();
    expect(lookup).not.toHaveBeenCalled();
  });

  test("says where it may not go", async () => {
    const it = await explained(guarded("classifier: { provider: us, model: judge }"), HELLO);
    expect(it.not_asked).toContainEqual({ check: "guard:topic", where: "us/judge", forbidden: true });
    expect(explanationText(it)).toContain("us/judge, where this request may not go");
  });

  test("and would be, by a request in earnest", async () => {
    const endpoint = new JsonEndpoint({ url: "https://guard.example/hook", timeoutMs: 100, allowLinkLocal: false });
    await expect(endpoint.post("{}", { now: 0, id: "1" })).rejects.toThrow();
    expect(connect).toHaveBeenCalled();
  });
});

test("shared stores, books and the audit log are left alone", async () => {
  const directory = makeDirectory();
  const file = join(directory, "usage.db");
  const more = `store: { kind: redis, redis: { url: "redis://127.0.0.1:1" } }
usage: { path: "${file}" }
audit: { directory: "${directory}/audit", key: "${"k".repeat(40)}", anchor: "${directory}/anchor" }`;
  const limits = `      rate_limit: { limits: [{ name: a, unit: requests, limit: 1 }] }`;
  const it = await explained(config(limits, more), HELLO);
  expect(it.requests).toHaveLength(3);
  expect(connect).not.toHaveBeenCalled();
  expect(existsSync(file) || existsSync(join(directory, "audit")) || existsSync(join(directory, "anchor"))).toBe(false);
});

test.each<[string, string, unknown, number, string]>([
  [
    "no target left",
    config(`      residency: { rules: [${RULES}] }`),
    { ...HELLO, model: "spread" },
    403,
    "residency_not_allowed",
  ],
  ["unknown model", RESIDENCY, { ...HELLO, model: "smrt" }, 404, "model_not_found"],
  ["no JSON", RESIDENCY, Buffer.from("{"), 400, "invalid_json"],
  ["too large", config("", "bounds: { max_request_bytes: 1024 }"), { ...HELLO, pad: "x".repeat(2000) }, 413, "request_too_large"],
  [
    "limit",
    config(`      rate_limit: { limits: [{ name: small, unit: input_tokens, limit: 5 }] }`),
    HELLO,
    429,
    "rate_limit_exceeded",
  ],
  ["budget", config(`      budget: { budgets: [{ name: tiny, limit_usd: 0.000001 }] }`), HELLO, 429, "insufficient_quota"],
])("the client's error: %s", async (_, yaml, request, status, code) => {
  const it = await explained(yaml, request);
  expect(it.error).toMatchObject({ status, code });
  expect(it.requests).toEqual([]);
  expect(explanationText(it)).toContain(`The client gets\n  ${status} ${code}: `);
  for (const target of it.targets) expect(target.turns).toEqual([]);
});

test("a rule that leaves nothing, target by target", async () => {
  const it = await explained(RESIDENCY, { ...HELLO, model: "spread" });
  expect(turns(it)).toEqual([
    ["us/a", [], ["forbidden by residency rule personal-data"]],
    ["us/b", [], ["forbidden by residency rule personal-data"]],
  ]);
});

test("a budget that sends it to another model", async () => {
  const budgets = "[{ name: dear, limit_usd: 0.001, over: reroute, reroute_to: cheap, match: { models: [smart] } }]";
  const it = await explained(config(`      budget: { budgets: ${budgets} }`), HELLO);
  expect(it.model).toEqual({ asked: "smart", alias: "cheap", strategy: "fallback" });
  expect(it.facts).toContainEqual({ kind: "budget-exceeded", budget: "dear", rerouted: true });
  expect(turns(it)).toEqual([["home/llama", [1], []]]);
  expect(explanationText(it)).toContain("smart, served by cheap, strategy fallback");
});

test("what is not sent is not spent: nobody is told that a budget is", async () => {
  const budget = "{ budgets: [{ name: all, limit_usd: 0.001, hard: false, alerts: [1] }] }";
  const it = await explained(config(`      budget: ${budget}`), HELLO);
  expect(it.warnings).toEqual([]);
  expect(it.requests).toHaveLength(3);
});

test.each<[HostName, readonly unknown[]]>([
  [
    "envoy",
    [
      ["eu/claude-sonnet-4-5", [1], []],
      ["us/gpt-4o", [], ["left out: no room under a limit"]],
      ["home/llama", [], ["left out: no room under a limit"]],
    ],
  ],
  [
    "kong",
    [
      ["eu/claude-sonnet-4-5", [1], []],
      ["home/llama", [2], [expect.stringContaining("passed over when its turn comes: ")]],
      ["us/gpt-4o", [3], [expect.stringContaining("passed over when its turn comes: ")]],
    ],
  ],
])("targets without room, on %s", async (host, expected) => {
  const limit = "{ name: each, unit: output_tokens, limit: 2000, by: [target] }";
  const models = MODELS.replace(", context_window: 10", "");
  const yaml = config(`      rate_limit: { limits: [${limit}] }`).replace(MODELS, models);
  const it = await explained(yaml, HELLO, { host });
  expect(turns(it)).toEqual(expected);
});

test("targets that are not reached, and weights, always alike", async () => {
  const few = RESIDENCY.replace("- name: smart", "- name: smart\n        attempts: 1");
  const plain = { ...HELLO, messages: [{ role: "user", content: "hi" }] };
  expect(turns(await explained(few, plain)).map(([target, places]) => [target, places])).toEqual([
    ["us/gpt-4o", [1]],
    ["eu/claude-sonnet-4-5", []],
    ["home/llama", []],
  ]);
  const spread = await explained(RESIDENCY, { ...plain, model: "spread" });
  expect(turns(spread)).toEqual([
    ["us/b", [1], []],
    ["us/a", [2], []],
  ]);
});

test("two targets of one name in different regions are told apart", async () => {
  const it = await explained(RESIDENCY, { ...HELLO, model: "twins" });
  expect(it.targets.map(({ region, turns: at }) => [region, at])).toEqual([
    ["eu", [1]],
    ["us", []],
  ]);
});

test("prices nobody knows", async () => {
  const it = await explained(config("").replace(/prices: .*\n/, ""), { ...HELLO, model: "cheap" });
  expect(it.targets[0]?.estimate).toMatchObject({ cost_usd: undefined, price: "unknown" });
  expect(explanationText(it)).toContain("price unknown");
});

test.each<[Asked, string]>([
  [{ policy: "defualt" }, 'there is no policy "defualt"; there are: default'],
  [{ policy: "constructor" }, "there is no policy"],
  [{ headers: ["nothing"] }, 'a header is written as "name: value"'],
])("%j cannot be explained", async (asked, message) => {
  await expect(explained(RESIDENCY, HELLO, asked)).rejects.toThrow(message);
});

test("clients' words do not steer a terminal", async () => {
  const it = await explained(RESIDENCY, HELLO, { id: "\u001b[31mroot", team: "a\nb" });
  expect(explanationText(it)).toContain("?[31mroot; team a?b");
});
