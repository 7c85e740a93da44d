/** What is wrong with limits, store and usage is said before anything serves: file, line, column, and what would be right. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { question, text } from "../../e2e/support/ask";
import { gate } from "../../e2e/support/gate";
import { ROOT } from "../../e2e/support/stack";
import { until } from "../../e2e/support/until";
import { KongStack, llm } from "../../kong/support";
import { type FakeUpstream, startFakeUpstream } from "../../upstream/fake-upstream";
import { ask, burst, steady } from "./support";

jest.setTimeout(30_000);

describe("graft check", () => {
  const directory = mkdtempSync(join(tmpdir(), "graft-limits-"));
  afterAll(() => rmSync(directory, { recursive: true }));

  const HEAD = `version: 1
providers:
  one: { kind: openai, base_url: "http://127.0.0.1:1/v1", api_keys: [a] }
policies:
  default:
    models: [{ name: fast, targets: [{ provider: one, model: m }] }]
`;

  /** @returns its lines, without the file's name */
  function check(rest: string): string[] {
    const path = join(directory, "graft.yaml");
    writeFileSync(path, HEAD + rest);
    const { stderr, status } = spawnSync(process.execPath, [join(ROOT, "dist/cli/main.js"), "check", path], { encoding: "utf8" });
    expect(status).toBe(1);
    return stderr
      .trim()
      .split("\n")
      .map((line) => line.replace(`${path}:`, ""));
  }

  test("words and numbers that are none", () => {
    const issues = check(`    plugins:
      rate_limit:
        on_error: fail
        limits:
          - { name: a, unit: tokens, limit: 3 }
          - { name: b, unit: requests, limit: 0 }
          - { name: c, unit: requests, limitt: 5 }
store: { kind: redis, lease: { share_percent: 0 } }
usage: { kind: mysql }
`);
    expect(issues).toEqual([
      '9:19: error: policies.default.plugins.rate_limit.on_error: must be one of local, open, closed, not "fail"',
      '11:30: error: policies.default.plugins.rate_limit.limits[0].unit: must be one of requests, input_tokens, output_tokens, total_tokens, cost, concurrency, not "tokens"',
      "12:47: error: policies.default.plugins.rate_limit.limits[1].limit: must be at least 1, not 0",
      '13:40: error: policies.default.plugins.rate_limit.limits[2].limitt: unknown key; did you mean "limit"?',
      "14:47: error: store.lease.share_percent: must be at least 0.01, not 0",
      '15:16: error: usage.kind: must be one of sqlite, postgres, not "mysql"',
    ]);
  });

  test("parts that do not fit each other", () => {
    const issues = check(`    plugins:
      rate_limit:
        limits:
          - { name: b, unit: cost, limit: 5 }
          - { name: b, unit: concurrency, limit: 5, burst: 3 }
          - { name: d, unit: requests, limit: 5, match: { models: [fats] } }
          - { name: e, unit: requests, limit: 5, by: [header] }
store: { kind: memory, redis: { url: "http://x" } }
usage: { kind: postgres, path: x.db }
`);
    const limits = "error: policies.default.plugins.rate_limit.limits";
    expect(issues).toEqual([
      `10:30: ${limits}[0].unit: \`cost\` needs \`limit_usd\``,
      `10:43: ${limits}[0].limit: has no effect under \`unit: cost\`; write \`limit_usd\``,
      `11:21: ${limits}[1].name: "b" stands twice: they would count together`,
      `11:60: ${limits}[1].burst: has no effect without \`algorithm: token_bucket\``,
      `12:68: ${limits}[2].match.models[0]: no model of this policy is called "fats"; there are: fast`,
      `13:54: ${limits}[3].by: \`by: [header]\` and \`header\` go together`,
      "14:24: error: store.redis: has no effect: `kind` is memory",
      "15:16: error: usage.kind: `postgres` needs `url`",
      "15:26: error: usage.path: has no effect: `kind` is postgres",
    ]);
  });

  test("a store that cannot be", () => {
    const issues =
      check(`store: { kind: redis, redis: { url: "http://x", namespace: "a{b}", nodes: ["a:1"] }, lease: { share_percent: 5 } }
usage: { keep_hours_days: 3, schema: a }
`);
    expect(issues).toEqual([
      "7:37: error: store.redis.url: must be redis://host:port, rediss://… or the path of a unix socket",
      "7:60: error: store.redis.namespace: must hold no braces",
      "7:68: error: store.redis.nodes: has no effect without `cluster` or `sentinel_name`",
      "7:95: error: store.lease.share_percent: has no effect without `enabled: true`",
      "8:27: error: usage.keep_hours_days: must not be less than `keep_records_days`",
      "8:30: error: usage.schema: has no effect: `kind` is sqlite",
    ]);
  });

  test("several processes that would each count by themselves", () => {
    const issues = check(`    plugins:
      rate_limit: { limits: [{ name: a, unit: requests, limit: 5 }] }
envoy: { sockets: ["unix:///tmp/a.sock", "unix:///tmp/b.sock"] }
`);
    expect(issues).toEqual([
      "8:7: error: policies.default.plugins.rate_limit: `envoy.sockets` names 2 processes, and each would count by itself: they need `store: { kind: redis }`",
    ]);
  });
});

/** The examples of docs/limits.md that are whole files. */
const [GRAFT_YAML = "", KONG_YML = ""] = [
  ...readFileSync(join(ROOT, "docs/limits.md"), "utf8").matchAll(/```yaml\n(.*?)```/gs),
].map(([, yaml]) => yaml ?? "");

test("the manual's graft.yaml", () => {
  const directory = mkdtempSync(join(tmpdir(), "graft-limits-"));
  const path = join(directory, "graft.yaml");
  writeFileSync(path, GRAFT_YAML);
  const env = { ...process.env, OPENAI_API_KEY: "sk-1" };
  const { stdout, stderr } = spawnSync(process.execPath, [join(ROOT, "dist/cli/main.js"), "check", path], {
    encoding: "utf8",
    env,
  });
  rmSync(directory, { recursive: true });
  expect(stderr).toBe("");
  expect(stdout).toContain("is valid");
});

describe("written in Kong", () => {
  let upstream: FakeUpstream;
  let stack: KongStack | undefined;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
  });
  afterEach(async () => {
    await stack?.stop();
    stack = undefined;
  });
  afterAll(() => upstream.close());

  async function start(rate_limit: object): Promise<KongStack> {
    const models = [{ name: "fast", targets: [{ provider: "one", model: "gpt-4o-mini" }] }];
    const config = { providers: { one: steady(upstream) }, models, plugins: { rate_limit } };
    stack = await KongStack.start({ kong: llm([{ name: "graft", config }]), workers: 3 });
    return stack;
  }

  test("a limit, its defaults filled in by Kong: one count over all workers", async () => {
    const { url } = await start({ limits: [{ name: "few", unit: "requests", limit: 10 }] });
    const { admitted, refused } = await burst({ urls: [url], upstream, gate: gate() }, question("fast"), {
      count: 30,
      admitted: 10,
    });
    console.info(`kong.yml, 3 workers: 30 requests at once, ${admitted.length} admitted, bound 10`);
    expect(admitted.length).toBe(10);
    expect(refused[0]?.headers["ratelimit-policy"]).toBe('"few";q=10;w=60');
  });

  test("the manual's kong.yml", async () => {
    const kong = KONG_YML.replace("kind: openai", `kind: openai, base_url: "${upstream.url}/v1"`);
    stack = await KongStack.start({ kong, kongEnv: { OPENAI_API_KEY: "sk-1" } });
    const seen = await ask(stack.url, "fast");
    expect(seen.status).toBe(200);
    expect(seen.headers["ratelimit-policy"]).toBe('"asks";q=600;w=60');
  });

  test("what Kong can tell is wrong, Kong tells", async () => {
    const wrong = start({ limits: [{ name: "few", unit: "tokens", limit: 10 }] });
    await expect(wrong).rejects.toThrow(/limits\[0\]\.unit: expected one of requests, input_tokens/);
    stack = undefined;
    await expect(start({ limits: [] })).rejects.toThrow(/rate_limit\.limits: /);
  });

  test("what it cannot, Graft does, and nothing passes", async () => {
    const { url, processor } = await start({ limits: [{ name: "few", unit: "cost", limit: 10 }] });
    const asked = upstream.requests.length;
    const seen = await ask(url, "fast");
    expect(seen.status).toBeGreaterThanOrEqual(500);
    expect(text(seen)).not.toContain("limit_usd");
    expect(upstream.requests.length).toBe(asked);
    await until("the reason", () =>
      processor.output.includes("config.plugins.rate_limit.limits[0].unit: `cost` needs `limit_usd`") ? true : undefined,
    );
  });
});
