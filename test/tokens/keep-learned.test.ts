import { MemoryKv } from "../../plugins/stores/memory/kv";
import { Calibration, type Learned, loadLearned, OutputQuantiles, saveLearned } from "../../plugins/tokens";
import { VirtualClock } from "../support/virtual-clock";

const fresh = (): Learned => ({ calibration: new Calibration(), outputs: new OutputQuantiles() });
const open = (maxBytes: number): MemoryKv => new MemoryKv(new VirtualClock(), { maxEntries: 100, maxBytes });

function taught(models: number): Learned {
  const learned = fresh();
  for (let model = 0; model < models; model++) {
    for (let at = 0; at < 30; at++) {
      learned.calibration.observe(`openai-compatible/model-${model}`, 100 + 50 * at, 180 + 60 * at);
      learned.outputs.observe(`policy alias model-${model}`, (at * 733 * (model + 1)) % 9000);
    }
  }
  return learned;
}

test("a process takes up what another one learned", async () => {
  const kv = open(10_000_000);
  const one = taught(3);
  expect(await saveLearned(kv, one)).toBe(true);
  const other = fresh();
  await loadLearned(kv, other);
  expect(other.calibration.snapshot()).toEqual(one.calibration.snapshot());
  expect(other.outputs.snapshot()).toEqual(one.outputs.snapshot());
});

test("a thousand models fit in half a megabyte or so", async () => {
  expect(await saveLearned(open(1_000_000), taught(1000))).toBe(true);
});

test("a store too small says so", async () => {
  expect(await saveLearned(open(1000), taught(100))).toBe(false);
});

test.each(["", "{", "null", "[]", '{"version":1}', "\u0000\ud800"])(
  "an empty store, and %j in it, teach nothing",
  async (text) => {
    const kv = open(10_000_000);
    const learned = fresh();
    await loadLearned(kv, learned);
    await kv.set("tokens/calibration", Buffer.from(text), 1000);
    await kv.set("tokens/outputs", Buffer.from(text), 1000);
    await loadLearned(kv, learned);
    expect(learned.calibration.snapshot().lines).toEqual([]);
    expect(learned.outputs.snapshot().counts).toEqual([]);
  },
);
