import { NATIONAL_IDS } from "../../../../plugins/redact/detectors/national-ids";
import { Scan } from "../../../../plugins/redact/detectors/scan";
import { NO_REGIONS } from "./support";

const SEED = 20261121;
const RUNS = 30_000;

/** Order numbers, invoice numbers, times, counts: what digits are for the most part. */
const AROUND = [
  ["Order ", " was shipped on time and the customer is happy with it. "],
  ["The invoice says ", ", which the warehouse could not find in its list; please look again. "],
  ["error at offset ", " while reading the file that was uploaded in the morning, so nothing was kept. "],
  ['{"orderId":"', '","state":"delivered","carrier":"a van with two people in it"} '],
  ["El pedido ", " sin problemas fue enviado ayer a la tienda del centro de la ciudad. "],
  ["Die Bestellung ", " wurde gestern verschickt und ist heute im Lager angekommen. "],
] as const;

/** mulberry32 */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** How many of the numbers each detector takes. */
function taken(makeNumber: (random: () => number) => string, runs: number): Map<string, number> {
  const random = randomOf(SEED);
  const counts = new Map<string, number>();
  for (let done = 0; done < runs; done += 100) {
    let text = "";
    for (let index = 0; index < 100; index += 1) {
      const [left, right] = AROUND[Math.floor(random() * AROUND.length)] ?? AROUND[0];
      text += left + makeNumber(random) + right;
    }
    const scan = new Scan(text);
    for (const detector of NATIONAL_IDS) {
      const { length } = detector.find(scan, NO_REGIONS);
      if (length > 0) counts.set(detector.entity, (counts.get(detector.entity) ?? 0) + length);
    }
  }
  return counts;
}

function digits(random: () => number, length: number): string {
  return Array.from({ length }, () => Math.floor(random() * 10)).join("");
}

function report(what: string, counts: ReadonlyMap<string, number>, runs: number): number {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const parts = [...counts].map(([entity, count]) => `${entity} ${count}`).join(", ");
  console.info(`${what}: ${all} of ${runs} taken (${((100 * all) / runs).toFixed(3)} %) ${parts}`);
  return all;
}

test("of random runs of 6 to 20 digits in prose, next to none is taken for an id", () => {
  const counts = taken((random) => digits(random, 6 + Math.floor(random() * 15)), RUNS);
  expect(report("runs of 6 to 20 digits", counts, RUNS)).toBeLessThanOrEqual(RUNS / 5000);
}, 120_000);

test.each([9, 10, 11, 12, 13, 14, 15, 16, 18])(
  "of runs of %i digits, fewer than 1 in 500 is taken",
  (length) => {
    const runs = 10_000;
    const counts = taken((random) => digits(random, length), runs);
    expect(report(`runs of ${length} digits`, counts, runs)).toBeLessThanOrEqual(runs / 500);
  },
  60_000,
);

/** What is written as some ids are, or nearly. */
test.each([
  ["times in milliseconds", (random: () => number) => String(1_500_000_000_000 + Math.floor(random() * 400_000_000_000))],
  ["times in seconds", (random: () => number) => String(1_500_000_000 + Math.floor(random() * 400_000_000))],
  ["fractions", (random: () => number) => `0.${digits(random, 8 + Math.floor(random() * 10))}`],
  ["prices", (random: () => number) => `${digits(random, 3)}.${digits(random, 3)}.${digits(random, 3)},00`],
  [
    "thousands with blanks",
    (random: () => number) => `${1 + Math.floor(random() * 9)} ${digits(random, 3)} ${digits(random, 3)}`,
  ],
  [
    "cards in groups",
    (random: () => number) => `4${digits(random, 3)} ${digits(random, 4)} ${digits(random, 4)} ${digits(random, 4)}`,
  ],
  ["UUIDs of digits", (random: () => number) => [8, 4, 4, 4, 12].map((length) => digits(random, length)).join("-")],
  [
    "compact times",
    (random: () => number) =>
      `2026${String(1 + Math.floor(random() * 12)).padStart(2, "0")}${String(1 + Math.floor(random() * 28)).padStart(2, "0")}-${digits(random, 4)}`,
  ],
  [
    "US phones",
    (random: () => number) => `(${2 + Math.floor(random() * 8)}${digits(random, 2)}) ${digits(random, 3)}-${digits(random, 4)}`,
  ],
  [
    "hexadecimal hashes",
    (random: () => number) => Array.from({ length: 40 }, () => Math.floor(random() * 16).toString(16)).join(""),
  ],
  [
    "codes in upper case",
    (random: () => number) =>
      Array.from({ length: 8 + Math.floor(random() * 5) }, () =>
        Math.floor(random() * 36)
          .toString(36)
          .toUpperCase(),
      ).join(""),
  ],
  ["part numbers", (random: () => number) => `PN-${digits(random, 5)}-${digits(random, 2)}`],
])(
  "of %s, fewer than 1 in 1,000 is taken",
  (name, make) => {
    const runs = 5_000;
    expect(report(name, taken(make, runs), runs)).toBeLessThanOrEqual(runs / 1000);
  },
  60_000,
);
