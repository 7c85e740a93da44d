/** Business identifier codes of banks (ISO 9362). Any capitalised word of eight letters may look like one: a word near it must tell. */
import { COUNTRIES } from "./countries";
import { type Detector, type Finding, inOrder } from "./detector";
import type { Scan } from "./scan";

/** Bank, country, place; then the branch. */
const CODE = /[A-Z]{4}([A-Z]{2})[A-Z0-9]{2}(?:[A-Z0-9]{3})?/g;
/** The branch XXX is the head office; words do not end so. */
const HEAD_OFFICE = "XXX";
const WORDS = ["bic", "swift"];
const CONTEXT = /(?<![\p{L}\p{N}])(?:bic|swift)(?:code)?(?![\p{L}\p{N}])/u;

export const bic: Detector = {
  entity: "bic",
  group: "finance",
  description: "Bank codes of 8 or 11 characters near the words BIC or SWIFT, or with the branch XXX.",
  longest: 11,
  find(scan) {
    const findings: Finding[] = [];
    for (const { start, end } of codes(scan, scan.around(HEAD_OFFICE, 8, 0))) {
      if (scan.plain.startsWith(HEAD_OFFICE, end - 3) && end - start === 11) findings.push({ start, end });
    }
    for (const word of WORDS) {
      for (const code of codes(scan, scan.around(word, 40, 60, scan.lower))) {
        if (scan.near(code, CONTEXT, 40, 20)) findings.push({ start: code.start, end: code.end });
      }
    }
    return inOrder(findings);
  },
};

function* codes(scan: Scan, windows: ReturnType<Scan["around"]>): Generator<Finding> {
  for (const { start, end, match } of scan.matches(windows, CODE)) if (COUNTRIES.has(match[1]!)) yield { start, end };
}
