/** What was learned, in a store: it may be lost, for it is learned again. */
import { parseJson } from "../core/read-json";
import type { Kv } from "../stores/kv";
import type { Calibration } from "./calibration";
import type { OutputQuantiles } from "./output-quantiles";

const CALIBRATION = "tokens/calibration";
const OUTPUTS = "tokens/outputs";
/** Of a process that is never started again. */
const KEPT_MS = 90 * 24 * 60 * 60 * 1000;

/** What learns. */
export interface Learned {
  readonly calibration: Calibration;
  readonly outputs: OutputQuantiles;
}

/** Replicas overwrite each other: each has seen about the same. @returns false: too large to keep. @throws what the store throws */
export async function saveLearned(kv: Kv, { calibration, outputs }: Learned): Promise<boolean> {
  const save = (key: string, snapshot: object): Promise<boolean> => kv.set(key, Buffer.from(JSON.stringify(snapshot)), KEPT_MS);
  const kept = await Promise.all([save(CALIBRATION, calibration.snapshot()), save(OUTPUTS, outputs.snapshot())]);
  return kept.every((one) => one);
}

/** Nothing, or nonsense, in the store is no error. @throws what the store throws */
export async function loadLearned(kv: Kv, { calibration, outputs }: Learned): Promise<void> {
  const load = async (key: string): Promise<unknown> => {
    const bytes = await kv.get(key);
    return bytes && parseJson(Buffer.from(bytes).toString("utf8"));
  };
  calibration.restore(await load(CALIBRATION));
  outputs.restore(await load(OUTPUTS));
}
