/**
 * Time over the length of hostile texts, for what a count of looks (growth.test.ts) cannot see. This cannot fail on a slow or busy
 * machine: it is the processor's time, not the clock's; of three runs each the best; the ratio of a megabyte and a quarter of one, about
 * 4 for linear and 16 for quadratic work, is to be below 10; and only where it takes long enough to be measured.
 */
import type { Detector } from "../../../plugins/redact/detectors/detector";
import { DETECTORS } from "../../../plugins/redact/detectors/index";
import { Scan } from "../../../plugins/redact/detectors/scan";
import { HOSTILE, repeated } from "./support";

const SETTINGS = { regions: ["US", "DE", "FR", "GB"] };
const MEGABYTE = 1 << 20;
const MEASURABLE_MS = 50;

test("a megabyte", () => {
  const lines: string[] = [];
  for (const detector of DETECTORS) {
    run(detector, repeated("a1@ ", 4096));
    const worst = HOSTILE.map((part) => ({ part, ms: timed(detector, repeated(part, MEGABYTE / 16)) })).sort(
      (one, other) => other.ms - one.ms,
    );
    const text = repeated(worst[0]!.part, MEGABYTE);
    const [quarter, half, whole] = [4, 2, 1].map((share) => best(detector, text.slice(0, MEGABYTE / share)));
    const times = [quarter!, half!, whole!].map((ms) => `${ms.toFixed(1).padStart(7)} ms`).join("");
    lines.push(`${detector.entity.padEnd(22)}${times}  ${JSON.stringify(worst[0]!.part)}`);
    expect({ entity: detector.entity, linear: whole! < quarter! * 10 || whole! < MEASURABLE_MS, quarter, whole }).toMatchObject({
      linear: true,
    });
  }
  console.info(`worst of ${HOSTILE.length} repeated strings: 256 KB, 512 KB, 1 MB, best of 3\n${lines.join("\n")}`);
}, 300_000);

function run(detector: Detector, text: string): void {
  detector.find(new Scan(text), SETTINGS);
}

/** ms of the processor */
function timed(detector: Detector, text: string): number {
  const before = process.cpuUsage();
  run(detector, text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function best(detector: Detector, text: string): number {
  return Math.min(...[1, 2, 3].map(() => timed(detector, text)));
}
