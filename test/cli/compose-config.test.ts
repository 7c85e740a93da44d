import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { composeConfig } from "../../cli/start/compose-config";
import { KNOWN, loadConfig } from "../../plugins/config";
import { makeDirectory, NO_DNS, removeDirectories } from "../config/support";

afterAll(removeDirectories);

const DEMO = readFileSync(join(__dirname, "..", "..", "examples", "demo.yaml"), "utf8");
const ADDRESSES = { listen: "127.0.0.1:8080", socket: "unix:///x/graft.sock", admin: "127.0.0.1:0" };

async function composed(env: Record<string, string>) {
  const text = composeConfig(DEMO, ADDRESSES, env);
  const path = join(makeDirectory(), "graft.yaml");
  writeFileSync(path, text);
  const result = await loadConfig(path, { vocabulary: KNOWN, env: { DEMO_URL: "http://127.0.0.1:1", ...env }, resolve: NO_DNS });
  if (!result.ok) throw new Error(result.issues.map((issue) => issue.message).join());
  expect(result.warnings).toEqual([]);
  return { text, config: result.config };
}

test("without keys only the demo provider is asked", async () => {
  const { config } = await composed({ OPENAI_API_KEY: "" });
  expect(Object.keys(config.providers)).toEqual(["demo-openai", "demo-anthropic", "demo-gemini"]);
  expect(config.policies["default"]?.models.map(({ name }) => name)).toEqual([
    "demo-openai",
    "demo-claude",
    "demo-gemini",
    "smart",
    "balanced",
    "limited",
    "cached",
  ]);
  expect(config.envoy).toMatchObject({ listen: "127.0.0.1:8080", sockets: ["unix:///x/graft.sock"] });
  expect(config.admin.listen).toBe("127.0.0.1:0");
});

test("every key adds its provider and a pattern for its models, and stays out of the file", async () => {
  const { text, config } = await composed({ OPENAI_API_KEY: "sk-real", GEMINI_API_KEY: "gm-real" });
  expect(config.providers["openai"]).toMatchObject({ kind: "openai", api_keys: ["sk-real"] });
  expect(config.providers["gemini"]).toMatchObject({ kind: "gemini", api_keys: ["gm-real"] });
  expect(config.providers["anthropic"]).toBeUndefined();
  expect(config.policies["default"]?.models.slice(-2)).toMatchObject([
    { name: "openai/*", targets: [{ provider: "openai", model: "*" }] },
    { name: "gemini/*", targets: [{ provider: "gemini", model: "*" }] },
  ]);
  expect(text).not.toContain("-real");
  expect(text).toContain("# The first target fails on purpose");
});
