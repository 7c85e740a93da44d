import { readFileSync } from "node:fs";
import { join } from "node:path";
import { configJsonSchema, configReference, formatIssue, KNOWN, loadConfig } from "../../plugins/config";
import { NO_DNS } from "./support";

const root = join(__dirname, "..", "..");

const ENV = { OPENAI_API_KEY: "k1", ANTHROPIC_API_KEY: "k2", GEMINI_API_KEY: "k3", DEMO_URL: "http://127.0.0.1:1" };

test.each(["graft.yaml", "demo.yaml"])("examples/%s is valid, without warnings", async (name) => {
  const result = await loadConfig(join(root, "examples", name), { vocabulary: KNOWN, env: ENV, resolve: NO_DNS });
  expect((result.ok ? result.warnings : result.issues).map(formatIssue)).toEqual([]);
});

test("graft.schema.json is up to date (npm run docs)", () => {
  expect(JSON.parse(readFileSync(join(root, "graft.schema.json"), "utf8"))).toEqual(configJsonSchema(KNOWN));
});

test("docs/configuration.md is up to date (npm run docs)", () => {
  expect(readFileSync(join(root, "docs", "configuration.md"), "utf8")).toBe(configReference(KNOWN));
});
