/**
 * Time over the length of hostile texts, for what a count of looks (growth.test.ts) cannot see. This cannot fail on a slow or busy
 * machine: it is the processor's time, not the clock's; where it looks like too much, the best of three runs; the ratio of a megabyte
 * and a quarter of one, about 4 for linear and 16 for quadratic work, is to be below 10; and only where it takes long enough to be
 * measured.
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
    const small = scanOf(part, MEGABYTE / 4);
    const large = scanOf(part, MEGABYTE);
    for (const detector of detectors) {
      const { quarter, whole, linear } = measured((whole) => timed(detector, whole ? large : small));
      const times = [quarter, whole].map((ms) => `${ms.toFixed(1).padStart(7)} ms`).join("");
      lines.push(`${detector.entity.padEnd(22)}${times}  ${JSON.stringify(part)}`);
      expect({ entity: detector.entity, part, linear, quarter, whole }).toMatchObject({ linear: true });
    }
  }
  console.info(`worst of ${HOSTILE.length} repeated strings, 256 KB, 1 MB:\n${lines.sort().join("\n")}`);
}, 300_000);

test("what detectors share", () => {
  const lines = ["a", "1", "1 ", "a1", "\\n1", "\\u00", "é", "漢", "１"].map((part) => {
    const { quarter, whole, linear } = measured((all) => cpu(() => scanOf(part, all ? MEGABYTE : MEGABYTE / 4)));
    expect({ part, linear, quarter, whole }).toMatchObject({ linear: true });
    return `${JSON.stringify(part).padEnd(8)}${quarter.toFixed(1).padStart(7)} ms${whole.toFixed(1).padStart(7)} ms`;
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

/** @param time ms for a megabyte, or for a quarter of one */
function measured(time: (whole: boolean) => number): { quarter: number; whole: number; linear: boolean } {
  let quarter = Number.POSITIVE_INFINITY;
  let whole = Number.POSITIVE_INFINITY;
  const isLinear = (): boolean => whole < quarter * 10 || whole < MEASURABLE_MS;
  for (let run = 0; run === 0 || (run < 3 && !isLinear()); run += 1) {
    // What a first run has to compile counts for neither.
    quarter = Math.min(quarter, time(false), time(false));
    whole = Math.min(whole, time(true));
  }
  return { quarter, whole, linear: isLinear() };
}

/** ms of the processor */
function cpu(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
