/** Recall and precision on the tables of Presidio and libphonenumber. A value counts as found when exactly its place is. */
import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { creditCard } from "../../../plugins/redact/detectors/credit-card";
import { cryptoWallet } from "../../../plugins/redact/detectors/crypto-wallet";
import type { Detector } from "../../../plugins/redact/detectors/detector";
import { email } from "../../../plugins/redact/detectors/email";
import { iban } from "../../../plugins/redact/detectors/iban";
import { ipAddress } from "../../../plugins/redact/detectors/ip-address";
import { macAddress } from "../../../plugins/redact/detectors/mac-address";
import { phone } from "../../../plugins/redact/detectors/phone";
import { Scan } from "../../../plugins/redact/detectors/scan";
import { usSsn } from "../../../plugins/redact/detectors/us-tax-number";
import { referenceTable } from "./support";

interface Case {
  readonly entity: string;
  readonly text: string;
  readonly expected_count: number;
  readonly spans: readonly (readonly [number, number])[];
}

interface Example {
  readonly region: string;
  readonly e164: string;
  readonly kind: string;
}

/** Where this differs from Presidio, and why. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ["IP_ADDRESS Unspecified ::", "names no machine, and program text is full of it"],
  ["IP_ADDRESS ::/0", "names no machine"],
  ["US_SSN 078051121", "nine bare digits are an order number as well: a word must stand near"],
]);

const DETECTORS: readonly (readonly [string, Detector])[] = [
  ["CREDIT_CARD", creditCard],
  ["CRYPTO", cryptoWallet],
  ["EMAIL_ADDRESS", email],
  ["IBAN_CODE", iban],
  ["IP_ADDRESS", ipAddress],
  ["MAC_ADDRESS", macAddress],
  ["US_SSN", usSsn],
  ["PHONE_NUMBER", phone],
];
const REGIONS = ["US", "GB", "DE", "IL", "IN", "BR", "JP", "CN", "FR"];

/** Numbers of ordinary text that are none of phones; all in the regions of most of those who will use this. */
const NEAR_MISSES = [
  "Order 4155550132 and order no. 415-555-0132 shipped on 2026-11-20 at 10:00:00.",
  "Invoice 0612345678, ticket #4155550132, case 030 1234567",
  "20.11.2026, 11/20/2026, 2026/11/20 12:30, 01-02-2024",
  "v1.2.3, 10.0.19041.1, 2.31.4155, node 20.19.43",
  "$4,155.50, 1 234 567,89 €, 12 345 678 kr, USD 415 555 0132",
  "created 1725445444, 1748503543012 ms, 86400 seconds",
  "192.168.10.123:8080, 10.0.0.0/8",
  "550e8400-e29b-41d4-a716-446655440000, 3f786850e387",
  "ISBN 0-306-40615-2, ISBN 9780306406157, EAN 4006381333931",
  "4111 1111 1111 1111, DE89370400440532013000",
  "lat 48.8566144, lon 2.3522219, 0.4155550132",
  "1920x1080, 640 480 1024, 512 256 128, 100 200 300 400",
  "861 / 843 / 703 and 55 / 67 / 1736 of 4155550132 rows",
  "Room 415, floor 5, building 0132; 415 of 555",
  "114-1234567-1234567, 1Z999AA10123456784",
  "line 4155550:132, bytes 4155550132-4155559999",
  "4155550132, 2125550187, 3105550199",
  "a 12-34-56 combination, sort code 12-34-56, account 12345678",
  "3.14159265358979, 2.718281828, 1e10, 6.02214076e23",
  "2019 2020 2021 2022, 1 2 3 4 5 6 7 8 9 10",
];

/** Three numbers in a row that are a valid phone number, written as many write one: hiding it is the lesser harm. */
const TAKEN_FOR_PHONES = ["640 480 1024", "512 256 128"];

class Score {
  right = 0;
  missed: string[] = [];
  wrong: string[] = [];

  get recall(): number {
    return this.right / (this.right + this.missed.length || 1);
  }

  get precision(): number {
    return this.right / (this.right + this.wrong.length || 1);
  }

  toString(): string {
    const percent = (part: number) => `${(part * 100).toFixed(1)} %`;
    const counts = `${this.right} right, ${this.missed.length} missed, ${this.wrong.length} wrong`;
    return `recall ${percent(this.recall)}  precision ${percent(this.precision)}  (${counts})`;
  }
}

test("near misses of phone numbers", () => {
  const regions = ["US", "GB", "DE", "FR", "ES", "IT", "IN", "BR"];
  const wrong = NEAR_MISSES.flatMap((text) =>
    phone.find(new Scan(text), { regions }).map(({ start, end }) => text.slice(start, end)),
  );
  const count = NEAR_MISSES.join(" ").match(/\d[\d .,:/-]{4,}\d/g)!.length;
  console.info(`of ${count} other numbers taken for phones: ${wrong.length} (${wrong.join(", ")})`);
  expect(wrong.filter((one) => !TAKEN_FOR_PHONES.includes(one))).toEqual([]);
  expect(wrong.length / count).toBeLessThan(0.1);
});

const presidio = referenceTable<Case>("presidio.json");
const examples = referenceTable<Example>("phone_numbers.json");

(presidio === undefined ? describe.skip : describe)("presidio", () => {
  test.each(DETECTORS)("%s", (entity, detector) => {
    const score = new Score();
    const exceptions: string[] = [];
    for (const { text, spans, expected_count } of presidio!.filter((row) => row.entity === entity)) {
      const found = detector.find(new Scan(text), { regions: REGIONS }).map(({ start, end }) => `${start}-${end}`);
      const expected = spans.length < expected_count ? [`0-${text.length}`] : spans.map(([start, end]) => `${start}-${end}`);
      const missed = expected.filter((span) => !found.includes(span));
      const wrong = found.filter((span) => !expected.includes(span));
      const reason = EXCEPTIONS.get(`${entity} ${text}`);
      if (reason !== undefined && missed.length + wrong.length > 0) {
        exceptions.push(`${JSON.stringify(text)}: ${reason}`);
        continue;
      }
      score.right += expected.length - missed.length;
      score.missed.push(...missed.map((span) => `${text} [${span}]`));
      score.wrong.push(...wrong.map((span) => `${text} [${span}]`));
    }
    console.info(
      [
        `${entity}: ${score}`,
        ...score.missed.map((t) => `missed ${t}`),
        ...score.wrong.map((t) => `wrong ${t}`),
        ...exceptions.map((t) => `exception ${t}`),
      ].join("\n"),
    );
    const bar = entity === "PHONE_NUMBER" ? 0.9 : 0.97;
    expect(score.recall).toBeGreaterThanOrEqual(bar);
    expect(score.precision).toBeGreaterThanOrEqual(bar);
  });
});

(examples === undefined ? describe.skip : describe)("numbers of libphonenumber", () => {
  test.each([
    ["E.164 alone", (number: ReturnType<typeof parse>) => number.number, "", ""],
    [
      "international in a sentence",
      (number: ReturnType<typeof parse>) => number.formatInternational(),
      "Write to me or try ",
      ", thanks.",
    ],
    ["national after a word", (number: ReturnType<typeof parse>) => number.formatNational(), "Tel. ", " (work)"],
    ["national alone", (number: ReturnType<typeof parse>) => number.formatNational(), "Ours: ", " since then"],
  ])("%s", (name, format, before, after) => {
    const score = new Score();
    for (const example of examples!) {
      const written = format(parse(example));
      const text = before + written + after;
      const found = phone.find(new Scan(text), { regions: [example.region] }).map(({ start, end }) => text.slice(start, end));
      if (found.includes(written)) score.right += 1;
      else score.missed.push(`${example.region} ${example.kind} ${written} ${found}`);
      score.wrong.push(...found.filter((one) => one !== written).map((one) => `${example.region} ${one} of ${written}`));
    }
    console.info(
      [`${name}: ${score}`, ...score.missed.map((t) => `missed ${t}`), ...score.wrong.map((t) => `wrong ${t}`)].join("\n"),
    );
    expect(score.recall).toBeGreaterThanOrEqual(0.9);
    expect(score.precision).toBeGreaterThanOrEqual(0.9);
  });
});

function parse({ e164 }: Example): NonNullable<ReturnType<typeof parsePhoneNumberFromString>> {
  const number = parsePhoneNumberFromString(e164);
  if (number === undefined) throw new Error(`no number: ${e164}`);
  return number;
}
