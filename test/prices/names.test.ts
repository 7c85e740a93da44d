import { Prices } from "../../plugins/prices";
import { NOW, provider } from "./support";

const prices = new Prices();
const OPENAI = provider("openai");
const CLAUDE = provider("anthropic");
const GEMINI = provider("gemini");
const AZURE = provider("openai", "https://my-resource.openai.azure.com/openai/v1", "azure");
const BEDROCK = provider("bedrock", "https://bedrock-runtime.eu-west-1.amazonaws.com", "bedrock");
const VERTEX = provider("gemini", "https://europe-west4-aiplatform.googleapis.com/v1", "vertex");
const OPENROUTER = provider("openai-compatible", "https://openrouter.ai/api/v1", "openrouter");
const GROQ = provider("openai-compatible", "https://api.groq.com/openai/v1", "groq");
const OWN = provider("openai-compatible");
const PROXY = provider("openai", "https://llm.internal.example/v1", "proxy");

const SONNET = "projects/p/locations/europe-west1/publishers/anthropic/models/claude-sonnet-4-5@20250929";
const ARN = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0";

test.each<[typeof OPENAI, string, string]>([
  [OPENAI, "gpt-4o", "openai/gpt-4o"],
  [OPENAI, "GPT-4o", "openai/gpt-4o"],
  [OPENAI, "gpt-4o-2024-11-20", "openai/gpt-4o"],
  // A snapshot with a price of its own.
  [OPENAI, "gpt-4o-2024-05-13", "openai/gpt-4o-2024-05-13"],
  [OPENAI, "openai/gpt-4o", "openai/gpt-4o"],
  [OPENAI, "gpt-5.6-terra-2026-07-09", "openai/gpt-5.6-terra"],
  [OPENAI, "ft:gpt-4o-mini-2024-07-18:org::abc", "openai/ft:gpt-4o-mini"],
  [CLAUDE, "claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5"],
  [CLAUDE, "claude-3-5-haiku-latest", "anthropic/claude-3-5-haiku-latest"],
  [CLAUDE, "anthropic/claude-opus-5", "anthropic/claude-opus-5"],
  [CLAUDE, "claude-fable-5-20260601", "anthropic/claude-fable-5"],
  [GEMINI, "gemini-2.5-pro", "google/gemini-2.5-pro"],
  [GEMINI, "models/gemini-2.5-flash", "google/gemini-2.5-flash"],
  [GEMINI, "google/gemini-2.5-flash", "google/gemini-2.5-flash"],
  [VERTEX, "publishers/google/models/gemini-2.5-pro", "google/gemini-2.5-pro"],
  [VERTEX, SONNET, "google/claude-sonnet-4-5"],
  [AZURE, "gpt-4o", "azure/gpt-4o"],
  [AZURE, "azure/gpt-5", "azure/gpt-5"],
  [AZURE, "o3-mini", "azure/o3-mini"],
  [BEDROCK, "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0"],
  [BEDROCK, "global.anthropic.claude-sonnet-4-5-20250929-v1:0", "aws/global.anthropic.claude-sonnet-4-5-20250929-v1:0"],
  [BEDROCK, ARN, "aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0"],
  [OPENROUTER, "anthropic/claude-sonnet-4.5", "openrouter/anthropic/claude-sonnet-4.5"],
  [OPENROUTER, "openai/gpt-4o-mini", "openrouter/openai/gpt-4o-mini"],
  [GROQ, "llama-3.3-70b-versatile", "groq/llama-3.3-70b-versatile"],
  // A relay of one's own in front of the real thing.
  [PROXY, "gpt-4o", "openai/gpt-4o"],
])("%o: %s is %s", (at, model, name) => {
  expect(prices.row(at, model, NOW)).toMatchObject({ source: "table", name, shortened: false });
});

test.each<[typeof OPENAI, string, string]>([
  [OPENAI, "gpt-4.1-2026-02-03", "openai/gpt-4.1"],
  [OPENAI, "gpt-4.1-latest", "openai/gpt-4.1"],
  [GEMINI, "gemini-2.5-flash-001", "google/gemini-2.5-flash"],
])("%o: %s is taken for %s, and says so", (at, model, name) => {
  expect(prices.row(at, model, NOW)).toMatchObject({ name, shortened: true });
});

test.each<[typeof OPENAI, string, RegExp]>([
  [OPENAI, "gpt-99", /no such model/],
  [OPENAI, "", /no such model/],
  [OPENAI, "__proto__", /no such model/],
  // Another vendor's gpt-4o, a tuned model of unlisted base, a version that is no date.
  [OPENAI, "someone/gpt-4o", /no such model/],
  [OPENAI, "ft:gpt-4.1:org::abc", /no such model/],
  [OPENAI, "gpt-4-9999", /no such model/],
  [AZURE, "my-deployment", /no such model/],
  [BEDROCK, "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123", /no such model/],
  [OPENROUTER, "openai/gpt-4o:nitro", /no such model/],
  [OPENAI, "whisper-1", /by audio_hours, input_audio_hours, not by tokens/],
  [GEMINI, "gemma-3-27b-it", /without a price/],
  // A server of one's own costs something, although nobody knows what.
  [OWN, "llama-3.3-70b-versatile", /127\.0\.0\.1:8000\/v1 is not in the table/],
  [OWN, "gpt-4o", /is not in the table/],
])("%o: %s has no price", (at, model, reason) => {
  expect(prices.row(at, model, NOW)).toBeUndefined();
  expect(prices.reason(at, model)).toMatch(reason);
});

test("what calls itself free is, and nothing else", () => {
  expect(prices.row(OPENROUTER, "deepseek/deepseek-r1:free", NOW)?.bands[0].rates.output).toBe(0);
});

test("Claude's hour costs twice the input wherever the table has no price for it", () => {
  const rates = prices.row(BEDROCK, "global.anthropic.claude-sonnet-5-v1:0", NOW)?.bands[0].rates;
  expect(rates?.cacheWriteHour).toBe(2 * (rates?.input ?? 0));
});

describe("estimates", () => {
  test("by kind the dearest of those that begin with the same word", () => {
    const row = prices.estimatedRow(OPENAI, "gpt-99-nova");
    expect(row).toMatchObject({ source: "estimated", name: "dearest of openai/gpt*", bands: [{ above: 0 }] });
    const most = (kind: "input" | "output"): number =>
      Math.max(
        ...(prices.table.providers.find(({ id }) => id === "openai")?.models ?? [])
          .filter(({ id }) => id.startsWith("gpt"))
          .flatMap(({ id }) => prices.row(OPENAI, id, NOW)?.bands.map(({ rates }) => rates[kind]) ?? []),
      );
    expect(row?.bands[0].rates.input).toBeGreaterThanOrEqual(most("input"));
    expect(row?.bands[0].rates.output).toBeGreaterThanOrEqual(most("output"));
  });

  test("of all of the provider for a family nobody knows", () => {
    expect(prices.estimatedRow(CLAUDE, "sphinx-1")?.name).toBe("dearest of anthropic/*");
    expect(prices.estimatedRow(BEDROCK, "eu.anthropic.claude-9-v1:0")?.name).toBe("dearest of aws/claude*");
  });

  test("none for a server nobody knows", () => {
    expect(prices.estimatedRow(OWN, "gpt-4o")).toBeUndefined();
  });

  test("many names share one estimate", () => {
    expect(prices.estimatedRow(OPENAI, "gpt-a")).toBe(prices.estimatedRow(OPENAI, "gpt-b"));
  });
});

test("any number of names that clients make up is forgotten again", () => {
  const own = new Prices();
  const first = own.row(OPENAI, "gpt-4o", NOW);
  expect(own.row(OPENAI, "gpt-4o", NOW)).toBe(first);
  for (let at = 0; at < 2000; at++) own.row(OWN, `made-up-${at}`, NOW);
  expect(own.row(OPENAI, "gpt-4o", NOW)).not.toBe(first);
  expect(own.row(OPENAI, "gpt-4o", NOW)).toEqual(first);
});

test("a name no model has is not looked for", () => {
  const long = `gpt-4o${"-".repeat(507)}`;
  expect(prices.reason(OPENAI, long)).toBe("no model has so long a name");
  expect(prices.estimatedRow(OPENAI, long)).toBeUndefined();
  expect(prices.reason(OPENAI, long.slice(0, -1))).toMatch(/no such model/);
});
