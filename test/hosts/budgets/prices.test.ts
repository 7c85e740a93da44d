/** `graft prices` on the demo's configuration and on one with OpenAI's models: the prices in force, where from, how old. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../e2e/support/stack";
import { graft } from "./support";

jest.setTimeout(30_000);

const directory = mkdtempSync(join(tmpdir(), "graft-prices-"));
afterAll(() => rmSync(directory, { recursive: true }));

function prices(config: string, args: readonly string[] = []): string {
  const path = join(directory, "graft.yaml");
  writeFileSync(path, config);
  const env = { DEMO_URL: "http://127.0.0.1:1", OPENAI_API_KEY: "sk-1" };
  const { status, stdout, stderr } = graft(["prices", "--config", path, ...args], env);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

const OPENAI = `version: 1
providers:
  openai: { kind: openai, api_keys: ["\${OPENAI_API_KEY}"] }
  own: { kind: openai-compatible, base_url: "http://127.0.0.1:8000/v1" }
policies:
  default:
    models:
      - { name: fast, targets: [{ provider: openai, model: gpt-4o-mini }] }
      - { name: dated, targets: [{ provider: openai, model: gpt-4o-mini-2024-07-18 }] }
      - { name: next, targets: [{ provider: openai, model: gpt-99 }] }
      - { name: mine, targets: [{ provider: own, model: llama }] }
`;

test("the demo", () => {
  const [head, , , ...rows] = prices(readFileSync(join(ROOT, "examples/demo.yaml"), "utf8"))
    .trimEnd()
    .split("\n");
  expect(head).toMatch(
    /^US dollars for a million tokens\. Table: @pydantic\/genai-prices \S+, as of \d{4}-\d\d-\d\d, \d+ days old\.$/,
  );
  expect(rows.map((row) => row.split(/ {2,}/).slice(0, 4))).toEqual([
    ["demo-openai/demo-gpt", "override", "1.00", "5.00"],
    ["demo-anthropic/demo-claude", "override", "3.00", "15.00"],
    ["demo-gemini/demo-gemini", "override", "0.50", "2.00"],
    ["demo-openai/demo-down", "override", "1.00", "5.00"],
  ]);
});

test("OpenAI's models, one nobody knows, and one's own server", () => {
  const report = JSON.parse(prices(OPENAI, ["--json", "--estimate"])) as object;
  expect(report).toMatchObject({
    table: { origin: expect.stringContaining("genai-prices"), as_of: expect.any(String), age_days: expect.any(Number) },
    prices: [
      { target: "openai/gpt-4o-mini", source: "table", usd_per_million: { input: "0.15", cacheRead: "0.075", output: "0.60" } },
      { target: "openai/gpt-4o-mini-2024-07-18", source: "table", usd_per_million: { input: "0.15", output: "0.60" } },
      { target: "openai/gpt-99", source: "estimated", note: "dearest of openai/gpt*" },
      { target: "own/llama", source: "unknown", usd_per_million: {} },
    ],
  });
  expect(prices(OPENAI)).toContain("openai/gpt-99                  unknown");
});
