/**
 * Estimates against what providers reported for recorded requests, before and after calibration. The families' figures were fitted to
 * these very records, so the errors before are those of the fit. After: half of a model's requests, those with odd places, teach; the
 * others are asked.
 */
import { TokenEstimator } from "../../plugins/tokens";
import { neutralRequest, type Recorded, recordedTokens, recordedTraffic } from "./support/recorded-requests";
import { tablesOf } from "./support/tables";

const plainChat = recordedTokens("openai_plain_chat");
const anthropic = recordedTokens("anthropic_text");
const gemini = recordedTokens("gemini_text");
const here = plainChat !== undefined && anthropic !== undefined && gemini !== undefined;
const suite = here ? describe : describe.skip;

const PROVIDERS = ["openai", "azure", "anthropic", "gemini", "vertex", "mistral", "groq", "deepseek", "xai", "openrouter"];
const MEDIA = ["req_image", "req_document", "req_audio"];
const APIS = ["chat", "messages", "generateContent"];

const estimators: TokenEstimator[] = [];
afterAll(async () => {
  await Promise.all(estimators.map((estimator) => estimator.close()));
});

function open(): TokenEstimator {
  const estimator = new TokenEstimator();
  for (const encoding of ["o200k_base", "cl100k_base"] as const) estimator.use(tablesOf(encoding));
  estimators.push(estimator);
  return estimator;
}

interface Guess {
  readonly row: Recorded;
  readonly error: number;
  readonly off: number;
  readonly exact: boolean;
  readonly within: boolean;
}

async function guess(estimator: TokenEstimator, row: Recorded, learn: boolean): Promise<Guess> {
  const target = { providerKind: row.provider, model: row.model };
  const estimate = await estimator.countInput(neutralRequest(row), target);
  if (learn) estimator.observe(target, estimate, row.input);
  const off = Math.abs(estimate.estimate - row.input);
  return {
    row,
    error: off / row.input,
    off,
    exact: estimate.exact,
    within: estimate.low <= row.input && row.input <= estimate.high,
  };
}

function share(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const spread = (guesses: readonly Guess[]): string => {
  const errors = guesses.map(({ error }) => error);
  const near = guesses.filter(({ error, off }) => error <= 0.15 || off <= 10).length;
  return `median ${percent(share(errors, 0.5))}, p90 ${percent(share(errors, 0.9))}, within 15 % or 10 tokens ${near}/${errors.length}`;
};

async function beforeAndAfter(name: string, rows: readonly Recorded[]): Promise<readonly Guess[]> {
  const before: Guess[] = [];
  for (const row of rows) before.push(await guess(open0, row, false));
  const taught = open();
  const seen = new Map<string, number>();
  const asked: Recorded[] = [];
  for (const row of rows) {
    const at = (seen.get(row.model) ?? 0) + 1;
    seen.set(row.model, at);
    if (at % 2 === 1) await guess(taught, row, true);
    else asked.push(row);
  }
  const after: Guess[] = [];
  const same: Guess[] = [];
  for (const row of asked) {
    after.push(await guess(taught, row, false));
    same.push(await guess(open0, row, false));
  }
  lines.push(`${name}: ${spread(before)}`);
  if (after.length > 3) lines.push(`  of the second half ${spread(same)}; after calibration ${spread(after)}`);
  return before;
}

const open0 = open();
const lines: string[] = [];
afterAll(() => {
  if (lines.length > 0) console.info(lines.join("\n"));
});

suite("recorded requests", () => {
  test("plain chat with OpenAI: 95 of 100 exact", async () => {
    const guesses: Guess[] = [];
    for (const row of plainChat ?? []) guesses.push(await guess(open0, row, false));
    const exact = guesses.filter(({ off }) => off === 0).length;
    lines.push(`OpenAI, plain chat: ${exact} of ${guesses.length} exact`);
    expect(guesses).toHaveLength(132);
    expect(exact / guesses.length).toBeGreaterThanOrEqual(0.95);
    expect(guesses.every(({ exact: claimed }) => claimed)).toBe(true);
  });

  test.each([
    ["Anthropic", anthropic, 0.1],
    ["Gemini", gemini, 0.2],
  ])("text to %s", async (name, rows, median) => {
    const guesses = await beforeAndAfter(`${name}, text`, rows ?? []);
    expect(guesses).toHaveLength(60);
    expect(
      share(
        guesses.map(({ error }) => error),
        0.5,
      ),
    ).toBeLessThan(median);
    // Of what is not exact, low and high are a claim as well.
    expect(guesses.filter(({ within }) => within).length / guesses.length).toBeGreaterThan(0.9);
  });

  const tooled = new Map<string, readonly Guess[]>();
  test.each(PROVIDERS)("tools and schemas: %s", async (provider) => {
    const rows = (recordedTraffic(provider) ?? []).filter(
      ({ api, tags }) =>
        APIS.includes(api) &&
        (tags.includes("req_tools") || tags.includes("req_json_schema")) &&
        !tags.some((tag) => MEDIA.includes(tag) || tag === "server_tool"),
    );
    expect(rows.length).toBeGreaterThan(0);
    const guesses = await beforeAndAfter(`tools and schemas, ${provider} (${rows.length})`, rows);
    tooled.set(provider, guesses);
    const errors = guesses.map(({ error }) => error);
    expect(share(errors, 0.5)).toBeLessThan(provider === "vertex" ? 0.4 : 0.15);
    if (provider === "openai" || provider === "azure") expect(share(errors, 0.9)).toBeLessThanOrEqual(0.15);
  });

  test("tools and schemas of all", () => {
    const all = [...tooled.values()].flat();
    lines.push(`tools and schemas, all: ${spread(all)}; within low and high ${all.filter(({ within }) => within).length}`);
    expect(all.filter(({ within }) => within).length / all.length).toBeGreaterThan(0.95);
  });
});
