import { NATIONAL_IDS } from "../../../../plugins/redact/detectors/national-ids";
import { groups, nationalId } from "../../../../plugins/redact/detectors/national-ids/national-id";
import { Scan } from "../../../../plugins/redact/detectors/scan";
import { NO_REGIONS } from "./support";

const HOSTILE: readonly string[] = [
  "1",
  "12345678 ",
  "123456782 ",
  "123 ",
  "123 456 782 ",
  "1 ",
  "1-",
  "1.",
  "A1",
  "AB1 ",
  "P<",
  "A1<",
  "1<",
  "AAA AAA 11A11 A",
  "111.111.111-",
  "943 476 591 ",
  "NIF PESEL BSN CPF 123456782 ",
  "passport 12345678",
  "A12-3",
  "é1",
  "身份证1",
  "\\n1",
  "\u00a01",
];

/** Milliseconds of this process, for whoever reads the table: four times the text must take about four times as long. */
function milliseconds(text: string): number {
  const scan = new Scan(text);
  const start = process.cpuUsage();
  for (const detector of NATIONAL_IDS) detector.find(scan, NO_REGIONS);
  return process.cpuUsage(start).user / 1000;
}

test("time grows as the text does, whatever it repeats", () => {
  const rows = HOSTILE.map((piece) => {
    const times = [1 << 14, 1 << 16, 1 << 18].map((length) =>
      milliseconds(piece.repeat(Math.ceil(length / piece.length)).slice(0, length)),
    );
    return `${JSON.stringify(piece).padEnd(40)} ${times.map((time) => time.toFixed(1).padStart(9)).join("")}`;
  });
  console.info(`ms for 16 KB, 64 KB, 256 KB with ${NATIONAL_IDS.length} detectors\n${rows.join("\n")}`);
}, 120_000);

test("an id is looked at no more than once for each group of digits", () => {
  let looks = 0;
  const counted = nationalId({
    entity: "counted",
    description: "For this test.",
    longest: 11,
    pattern: groups("3 3 3"),
    isValid() {
      looks += 1;
      return false;
    },
  });
  for (const piece of ["1", "123 ", "123456789 ", "1 ", "12345678901 ", "A1"]) {
    looks = 0;
    counted.find(new Scan(piece.repeat(10_000)), NO_REGIONS);
    expect(looks).toBeLessThanOrEqual(10_000);
  }
});

test("text without digits is not looked at", () => {
  const text = "No digit stands in this text, however long it is: passport, NIF, PESEL. ".repeat(1000);
  for (const detector of NATIONAL_IDS) expect(detector.find(new Scan(text), NO_REGIONS)).toEqual([]);
});
