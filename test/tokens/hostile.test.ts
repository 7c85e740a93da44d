/** Prompts made to hold up the event loop. What runs there is bounded; how long it takes, test/e2e/count-thread.test.ts prints. */
import { TokenEstimator } from "../../plugins/tokens";
import { ask, GPT_4O } from "./support/chat";
import { startThread } from "./support/start-thread";
import { tablesOf } from "./support/tables";

jest.setTimeout(120_000);

const MEGABYTE = 2 ** 20;
const estimator = new TokenEstimator({ worker: { start: startThread }, deadlineMs: 60_000 });
beforeAll(async () => {
  await estimator.warmUp();
});
afterAll(() => estimator.close());

const HOSTILE: readonly (readonly [string, string])[] = [
  ["one letter", "a".repeat(MEGABYTE)],
  ["blanks", " ".repeat(MEGABYTE)],
  ["line breaks", "\n".repeat(MEGABYTE)],
  ["Han", "的一是不了人我在有他".repeat(MEGABYTE / 30)],
  ["emoji", "👩‍👩‍👧😀".repeat(MEGABYTE / 22)],
  ["base64", Buffer.from(tablesOf("o200k_base").vocabulary.bytes.subarray(0, (MEGABYTE * 3) / 4)).toString("base64")],
  ["symbols", "=-+*/".repeat(MEGABYTE / 5)],
  ["combining marks", `e${"\u0301".repeat(MEGABYTE / 2)}`],
  ["zero-width joiners", "\u200d".repeat(MEGABYTE / 3)],
  ["as much as is counted here, all of it merged", "zq".repeat(16 * 1024)],
];

test.each(HOSTILE)("%s: the event loop merges no more than its share, and the count is right", async (_, text) => {
  const before = estimator.mergedHere;
  const request = ask(text);
  const quick = estimator.estimateInput(request, GPT_4O);
  const counted = await estimator.countInput(request, GPT_4O);
  // 2 KB for the quick look, 8 KB for the count.
  expect(estimator.mergedHere - before).toBeLessThanOrEqual(10 * 1024);
  expect(counted.exact).toBe(true);
  expect(quick.low).toBeLessThanOrEqual(counted.estimate);
  expect(quick.high).toBeGreaterThanOrEqual(counted.estimate);
});

test("many at once: the queue is bounded, all are answered, and none is counted here", async () => {
  const busy = new TokenEstimator({ worker: { start: startThread, maxQueuedLength: 3 * MEGABYTE }, deadlineMs: 60_000 });
  await busy.warmUp();
  const before = busy.mergedHere;
  const all = await Promise.all(Array.from({ length: 20 }, () => busy.countInput(ask("a".repeat(MEGABYTE)), GPT_4O)));
  await busy.close();
  expect(busy.mergedHere).toBe(before);
  expect(all.filter(({ exact }) => exact)).toHaveLength(3);
  const exact = MEGABYTE / 8 + 7;
  for (const { low, high } of all) {
    expect(low).toBeLessThanOrEqual(exact);
    expect(high).toBeGreaterThanOrEqual(exact);
  }
});
