/** The examples of docs/budgets.md and docs/usage.md that are whole files. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../e2e/support/stack";
import { KongStack } from "../../kong/support";
import { type FakeUpstream, startFakeUpstream } from "../../upstream/fake-upstream";
import { ask } from "../limits/support";
import { graft, usageOf } from "./support";

jest.setTimeout(30_000);

function yamlOf(manual: string): string[] {
  return [...readFileSync(join(ROOT, "docs", manual), "utf8").matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml]) => yaml ?? "");
}

const [BUDGETS_YAML = "", KONG_YML = ""] = yamlOf("budgets.md");
const [USAGE_YAML = "", KONGS_YAML = ""] = yamlOf("usage.md");

const directory = mkdtempSync(join(tmpdir(), "graft-manual-"));
afterAll(() => rmSync(directory, { recursive: true }));

test.each([
  ["budgets.md", BUDGETS_YAML],
  ["usage.md", USAGE_YAML],
])("%s: graft.yaml", (_name, yaml) => {
  const path = join(directory, "graft.yaml");
  writeFileSync(path, yaml);
  const env = { OPENAI_API_KEY: "sk-1", ALERTS_URL: "https://alerts.example.com/graft", ALERTS_SECRET: "whsec-1" };
  const { stdout, stderr } = graft(["check", path], env);
  expect(stderr).toBe("");
  expect(stdout).toContain("is valid");
});

describe("in Kong", () => {
  let upstream: FakeUpstream;
  let stack: KongStack | undefined;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
  });
  afterAll(async () => {
    await stack?.stop();
    await upstream.close();
  });

  test("kong.yml, and the process's own graft.yaml", async () => {
    const kong = KONG_YML.replace("kind: openai", `kind: openai, base_url: "${upstream.url}/v1"`);
    const config = KONGS_YAML.replace("version: 1\n", "").replace("/var/lib/graft/", "");
    expect(config).toContain("path: usage.db");
    const kongEnv = { OPENAI_API_KEY: "sk-1", ALERTS_URL: "http://127.0.0.1:1/alerts", ALERTS_SECRET: "whsec-1" };
    stack = await KongStack.start({ kong, config, kongEnv });
    expect((await ask(stack.url, "fast")).status).toBe(200);
    // More than the five dollars of a day.
    const refused = await ask(stack.url, "fast", { max_tokens: 10_000_000 });
    expect(refused.status).toBe(429);
    expect(refused.body.toString()).toContain("the whole budget 'people'");
    const { total } = await usageOf(stack.adminUrl, "", 2);
    expect(total).toMatchObject({ requests: 2, errors: 1, estimated_requests: 0 });
    const printed = graft(["usage", "--config", stack.configPath, "--by", "status", "--csv"]);
    expect(printed).toMatchObject({ status: 0, stderr: "" });
    expect(printed.stdout).toMatch(/^200,1,0,/m);
  });
});
