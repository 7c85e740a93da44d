/**
 * Time over the length of hostile texts, for what a count of looks (growth.test.ts) cannot see. This cannot fail on a slow or busy
 * machine: it is the processor's time, not the clock's; of two runs each the best; the ratio of a megabyte and a quarter of one, about
 * 4 for linear and 16 for quadratic work, is to be below 10; and only where it takes long enough to be measured.
 */
import type { Detector } from "../../../plugins/redact/detectors/detector";
import { DETECTORS } from "../../../plugins/redact/detectors/index";
import { Scan } from "../../../plugins/redact/detectors/scan";
import { HOSTILE, repeated } from "./support";

const SETTINGS = { regions: ["US", "DE", "FR", "GB"] };
const MEGABYTE = 1 << 20;
const MEASURABLE_MS = 50;
const samples = new Map(HOSTILE.map((part) => [part, scanOf(part, 1 << 13)] as const));

test("a megabyte", () => {
  const lines: string[] = [];
  const worst = new Map(DETECTORS.map((detector) => [detector, worstPart(detector)] as const));
  for (const part of HOSTILE) {
    const detectors = DETECTORS.filter((detector) => worst.get(detector) === part);
    if (detectors.length === 0) continue;
    const scans = [4, 1].map((share) => scanOf(part, MEGABYTE / share));
    for (const detector of detectors) {
      const [quarter, whole] = scans.map((scan) => Math.min(...[1, 2].map(() => timed(detector, scan))));
      const times = [quarter!, whole!].map((ms) => `${ms.toFixed(1).padStart(7)} ms`).join("");
      lines.push(`${detector.entity.padEnd(22)}${times}  ${JSON.stringify(part)}`);
      expect({
        entity: detector.entity,
        part,
        linear: whole! < quarter! * 10 || whole! < MEASURABLE_MS,
        quarter,
        whole,
      }).toMatchObject({
        linear: true,
      });
    }
  }
  console.info(`worst of ${HOSTILE.length} repeated strings, 256 KB, 1 MB:\n${lines.sort().join("\n")}`);
}, 300_000);

test("what detectors share", () => {
  const lines = ["a", "1", "1 ", "a1", "\\n1", "\\u00", "é", "漢", "１"].map((part) => {
    const [quarter, whole] = [MEGABYTE / 4, MEGABYTE].map((length) =>
      Math.min(...[1, 2, 3].map(() => cpu(() => scanOf(part, length)))),
    );
    expect({ part, linear: whole! < quarter! * 10 || whole! < MEASURABLE_MS, quarter, whole }).toMatchObject({ linear: true });
    return `${JSON.stringify(part).padEnd(8)}${quarter!.toFixed(1).padStart(7)} ms${whole!.toFixed(1).padStart(7)} ms`;
  });
  console.info(`plain text, digits, tokens and lower case, 256 KB and 1 MB:\n${lines.join("\n")}`);
});

function worstPart(detector: Detector): string {
  const times = HOSTILE.map((part) => ({ part, ms: timed(detector, samples.get(part)!) }));
  return times.sort((one, other) => other.ms - one.ms)[0]!.part;
}

/** With what detectors share already made. */
function scanOf(part: string, length: number): Scan {
  const scan = new Scan(repeated(part, length));
  expect([scan.numeric, scan.tokens, scan.lower]).toHaveLength(3);
  return scan;
}

function timed(detector: Detector, scan: Scan): number {
  return cpu(() => detector.find(scan, SETTINGS));
}

/** ms of the processor */
function cpu(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
