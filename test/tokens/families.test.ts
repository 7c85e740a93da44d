import { rulesOf } from "../../plugins/tokens";

const O200K = "o200k_base";
const CL100K = "cl100k_base";

test.each([
  ["openai", "gpt-4o", "openai", O200K, true],
  ["openai", "gpt-4o-mini-2024-07-18", "openai", O200K, true],
  ["openai", "gpt-4.1-nano", "openai", O200K, true],
  ["openai", "gpt-4-turbo", "openai", CL100K, true],
  ["openai", "gpt-3.5-turbo-0125", "openai", CL100K, true],
  ["azure", "gpt-35-turbo", "openai", CL100K, true],
  ["openai", "ft:gpt-3.5-turbo:acme::abc", "openai", CL100K, true],
  ["openai", "o3-mini", "openai", O200K, true],
  ["openai", "gpt-5.4-nano", "openai", O200K, true],
  ["openai-compatible", "openai/gpt-4o", "openai", O200K, true],
  // Which model a deployment is, its name need not say.
  ["azure", "chat-production", "openai", O200K, false],
  ["openai", "something-new", "openai", O200K, false],
  ["openai-compatible", "openai/gpt-oss-120b", "gpt-oss", O200K, false],
  ["anthropic", "claude-sonnet-4-5-20250929", "claude", O200K, false],
  ["anthropic", "next", "claude", O200K, false],
  ["bedrock", "eu.anthropic.claude-3-7-sonnet-20250219-v1:0", "claude", O200K, false],
  ["bedrock", "meta.llama3-1-70b-instruct-v1:0", "llama", O200K, false],
  ["bedrock", "us.meta.llama4-scout-17b-instruct-v1:0", "llama-4", O200K, false],
  ["bedrock", "mistral.mistral-large-2407-v1:0", "mistral", O200K, false],
  ["bedrock", "cohere.command-r-plus-v1:0", "cohere", O200K, false],
  ["bedrock", "us.amazon.nova-pro-v1:0", "unknown", O200K, false],
  ["gemini", "gemini-2.5-flash", "gemini", O200K, false],
  ["gemini", "models/gemini-3-pro-preview", "gemini", O200K, false],
  ["vertex", "claude-sonnet-4@20250514", "claude", O200K, false],
  ["openai-compatible", "qwen/qwen3-32b", "qwen", O200K, false],
  ["openai-compatible", "ollama/qwen3", "qwen", O200K, false],
  ["openai-compatible", "deepseek-chat", "deepseek", O200K, false],
  ["openai-compatible", "ministral-8b-latest", "mistral", O200K, false],
  ["openai-compatible", "x-ai/grok-4.1-fast", "grok", O200K, false],
  ["openai-compatible", "my-own-model", "unknown", O200K, false],
  ["__proto__", "constructor", "unknown", O200K, false],
  ["openai-compatible", "", "unknown", O200K, false],
])("%s/%s is of the family %s", (providerKind, model, name, encoding, exact) => {
  const { family, encoding: found } = rulesOf({ providerKind, model });
  expect([family.name, found, family.exact]).toEqual([name, encoding, exact]);
});

test("Claude's instructions for tools became longer with 4.5", () => {
  const base = (model: string): number => rulesOf({ providerKind: "anthropic", model }).family.tools.base;
  const older = [
    "claude-3-opus-latest",
    "claude-sonnet-4-20250514",
    "claude-opus-4-1",
    "claude-sonnet-4",
    "claude-opus-4@20250514",
  ];
  const newer = ["claude-sonnet-4-5", "claude-haiku-4.5", "claude-opus-4-6", "claude-opus-5"];
  expect(older.map(base)).toEqual(older.map(() => 346));
  expect(newer.map(base)).toEqual(newer.map(() => 500));
});

test("Gemini through others is counted as on Vertex, with its own images", () => {
  const family = (providerKind: string) => rulesOf({ providerKind, model: "gemini-3-flash" }).family;
  expect(family("gemini").signature).toBeGreaterThan(0);
  expect(family("openai-compatible").signature).toBe(0);
  expect(family("vertex").tools).toEqual(family("openai-compatible").tools);
  expect(family("vertex").image).toEqual(family("gemini").image);
});
