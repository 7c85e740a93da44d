import fc from "fast-check";
import type { ChatRequest } from "../../plugins/core/chat";
import { TokenEstimator } from "../../plugins/tokens";
import { ask, CLAUDE, chat, GPT_4O, says } from "./support/chat";
import { OTHERS, PROSE } from "./support/corpus";
import { randomText } from "./support/random-text";
import { startBadThread, startThread } from "./support/start-thread";
import { referenceCount, tablesOf } from "./support/tables";

jest.setTimeout(60_000);

const opened: TokenEstimator[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((estimator) => estimator.close()));
});

type Options = ConstructorParameters<typeof TokenEstimator>[0];

function open(options?: Options): TokenEstimator {
  const estimator = new TokenEstimator(options);
  opened.push(estimator);
  return estimator;
}

function loaded(options?: Options): TokenEstimator {
  const estimator = open(options);
  for (const encoding of ["o200k_base", "cl100k_base"] as const) estimator.use(tablesOf(encoding));
  return estimator;
}

/** By OpenAI's rule. */
const exactOf = (request: ChatRequest): number =>
  request.messages.reduce(
    (sum, { parts }) =>
      sum + 4 + parts.reduce((all, part) => all + (part.type === "text" ? referenceCount(part.text, "o200k_base") : 0), 0),
    3,
  );

const long = (length: number): ChatRequest => ask(Object.values(PROSE).join("\n").repeat(60).slice(0, length));

test("plain chat with OpenAI's models: exact at once when short, exact in time when long, bounds that hold always", async () => {
  const estimator = loaded({ worker: { start: startThread }, deadlineMs: 50_000 });
  for (const length of [1, 100, 2000, 3000, 30_000, 200_000]) {
    const request = long(length);
    const exact = exactOf(request);
    const quick = estimator.estimateInput(request, GPT_4O);
    expect(quick.exact).toBe(length <= 2000);
    expect(quick.low).toBeLessThanOrEqual(exact);
    expect(quick.high).toBeGreaterThanOrEqual(exact);
    expect(await estimator.countInput(request, GPT_4O)).toEqual({ low: exact, estimate: exact, high: exact, exact: true });
  }
});

test("bounds hold on random requests, whether anything is loaded or not, and whatever was learned", () => {
  const message = fc.tuple(fc.constantFrom("system", "user", "assistant"), fc.array(randomText, { maxLength: 3 }));
  const estimators = [loaded(), loaded({ quickLength: 0 }), open({ worker: { start: startBadThread("") } })];
  for (const { calibration } of estimators)
    for (let at = 0; at < 50; at++) calibration.observe("openai/gpt-4o~", 100 + at, 3 * (100 + at) + 500);
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), (messages) => {
      const request = chat(messages.map(([role, texts]) => says(role as "user", ...texts)));
      const exact = exactOf(request);
      for (const estimator of estimators) {
        const { low, estimate, high } = estimator.estimateInput(request, GPT_4O);
        expect(low).toBeLessThanOrEqual(exact);
        expect(high).toBeGreaterThanOrEqual(exact);
        expect(estimate).toBeGreaterThanOrEqual(low);
        expect(estimate).toBeLessThanOrEqual(high);
      }
    }),
    { seed: 12, numRuns: 300 },
  );
});

test("whole numbers everywhere, low to high, for every kind of model and request", async () => {
  const estimator = loaded();
  const image = { type: "image", source: { kind: "url", url: "https://example.com" } } as const;
  const call = { type: "tool-call", id: "1", name: "f", arguments: "{}", signature: "abc" } as const;
  const requests = [
    ask("hi"),
    chat([]),
    chat([says("user", "look", image)]),
    chat([says("assistant", call)], { tools: [{ kind: "function", name: "f" }] }),
    ask(OTHERS["json"] ?? ""),
  ];
  const models = ["gpt-4o", "gpt-4", "claude-opus-5", "gemini-3-pro", "llama-3", "mistral-small", "mystery"];
  for (const request of requests)
    for (const model of models) {
      const target = { providerKind: "openai-compatible", model };
      for (const { low, estimate, high } of [
        estimator.estimateInput(request, target),
        await estimator.countInput(request, target),
      ]) {
        expect([low, estimate, high].map(Number.isInteger)).toEqual([true, true, true]);
        expect(low).toBeLessThanOrEqual(estimate);
        expect(estimate).toBeLessThanOrEqual(high);
      }
    }
});

describe("the thread", () => {
  test("loads what is needed, after which short requests are exact", async () => {
    const estimator = open({ worker: { start: startThread } });
    expect(estimator.estimateInput(ask("Hello, world!"), GPT_4O).exact).toBe(false);
    expect(await estimator.warmUp()).toBe(true);
    expect(await estimator.warmUp()).toBe(true);
    expect(estimator.estimateInput(ask("Hello, world!"), GPT_4O)).toMatchObject({
      estimate: exactOf(ask("Hello, world!")),
      exact: true,
    });
  });

  test("that dies leaves estimates", async () => {
    const estimator = open({ worker: { start: startBadThread("process.exit(1)") } });
    expect(await estimator.warmUp()).toBe(false);
    const request = long(50_000);
    const { low, high, exact } = await estimator.countInput(request, GPT_4O);
    expect(exact).toBe(false);
    expect(low).toBeLessThanOrEqual(exactOf(request));
    expect(high).toBeGreaterThanOrEqual(exactOf(request));
    expect(await estimator.countText("Hello, world!", GPT_4O)).toBeGreaterThan(1);
  });

  test("that does not answer is not waited for", async () => {
    const estimator = open({ worker: { start: startBadThread("") }, deadlineMs: 5 });
    expect((await estimator.countInput(long(50_000), GPT_4O)).exact).toBe(false);
  });

  test("is left alone with what is too long to count", async () => {
    const start = jest.fn(startBadThread(""));
    const estimator = loaded({ worker: { start }, countLength: 1000 });
    expect((await estimator.countInput(long(1001), GPT_4O)).exact).toBe(false);
    expect((await estimator.countInput(long(1000), GPT_4O)).exact).toBe(true);
    expect(start).not.toHaveBeenCalled();
  });
});

test("received text is counted, by the model's own measure", async () => {
  const estimator = loaded();
  const text = PROSE["en"] ?? "";
  const count = referenceCount(text, "o200k_base");
  expect(await estimator.countText(text, GPT_4O)).toBe(count);
  expect(await estimator.countText(text, CLAUDE)).toBe(Math.ceil(1.12 * count));
  expect(await estimator.countText("", GPT_4O)).toBe(0);
});

describe("learning", () => {
  const tools: ChatRequest["tools"] = [{ kind: "function", name: "f" }];

  test("what a provider reports corrects its model, kind of request by kind, and narrows the range", () => {
    const estimator = loaded();
    const before = estimator.estimateInput(ask("Tell me a story."), CLAUDE);
    for (let at = 1; at <= 30; at++) {
      const estimate = estimator.estimateInput(ask("Tell me a story. ".repeat(at)), CLAUDE);
      estimator.observe(CLAUDE, estimate, 100 + (estimate.lesson?.raw ?? Number.NaN));
    }
    const after = estimator.estimateInput(ask("Tell me a story."), CLAUDE);
    expect(Math.abs(after.estimate - before.estimate - 100)).toBeLessThan(5);
    expect(after.high - after.low).toBeLessThan((before.high - before.low) / 2);
    const untouched = [ask("Tell me a story.", { tools }), ask("Tell me a story. ".repeat(1000))];
    const other = loaded();
    for (const request of untouched)
      expect(estimator.estimateInput(request, CLAUDE)).toEqual(other.estimateInput(request, CLAUDE));
    expect(estimator.estimateInput(ask("hi"), { ...CLAUDE, model: "claude-opus-5" })).toEqual(
      other.estimateInput(ask("hi"), { ...CLAUDE, model: "claude-opus-5" }),
    );
  });

  test("nothing is learned from exact counts, nor from guessed images", () => {
    const estimator = loaded();
    const image = { type: "image", source: { kind: "url", url: "https://example.com" } } as const;
    for (const [request, target] of [
      [ask("hi"), GPT_4O],
      [chat([says("user", image)]), CLAUDE],
    ] as const) {
      const estimate = estimator.estimateInput(request, target);
      expect(estimate.lesson).toBeUndefined();
      estimator.observe(target, estimate, 5000);
    }
    expect(estimator.calibration.snapshot().lines).toEqual([]);
  });
});
