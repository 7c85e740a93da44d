/** Detectors of tokens that are known by how they are written: a prefix nobody else uses, and so many characters behind it. */
import { type Detector, type Finding, NOTHING } from "../detector";
import type { Scan } from "../scan";
import { isPlaceholder } from "./placeholder";
import { entropy } from "./randomness";

export interface KnownTokens {
  readonly entity: string;
  readonly description: string;
  readonly longest: number;
  /**
   * Regular expressions, each for one kind of token from its first character to its last. One without a prefix
   * begins with `FREE`, so that it is not tried at every character of a blob.
   */
  readonly patterns: readonly string[];
  /** Found by other means; may touch what the patterns find. */
  also?(scan: Scan): readonly Finding[];
}

/** Bits for each character: what somebody typed to look like a token has fewer. */
const LEAST_ENTROPY = 2.8;
/** Within a longer word it is none; in a query that was encoded once more, `=` is `%3D`. */
const BEGINNING = /(?:^|[^A-Za-z0-9]|%[0-9A-Fa-f]{2})$/;
/** The same for patterns without a prefix. */
export const FREE = "(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))";
const ENDING = "(?![A-Za-z0-9_])";
/** Telegram's and Facebook's begin with a number and a sign that no unbroken run holds. */
const BEFORE_RUN = 20;

export function knownTokens({ patterns, also, ...about }: KnownTokens): Detector {
  const pattern = new RegExp(`(?:${patterns.join("|")})${ENDING}`, "g");
  return {
    ...about,
    group: "secret",
    find(scan) {
      const findings = tokensIn(scan, pattern);
      const others = also?.(scan) ?? NOTHING;
      return others.length === 0 ? findings : inOrder([...findings, ...others]);
    },
  };
}

function tokensIn(scan: Scan, pattern: RegExp): readonly Finding[] {
  const { plain } = scan;
  let found: Finding[] | undefined;
  let end = 0;
  for (const window of scan.tokens) {
    const from = Math.max(end, window.start - BEFORE_RUN);
    // One more character, for what stands before the first.
    const context = Math.max(0, from - 1);
    const piece = plain.slice(context, window.end + 1);
    pattern.lastIndex = from - context;
    for (let match = pattern.exec(piece); match !== null; match = pattern.exec(piece)) {
      const start = context + match.index;
      if (!BEGINNING.test(plain.slice(Math.max(0, start - 3), start))) {
        pattern.lastIndex = match.index + 1;
        continue;
      }
      if (isPlaceholder(match[0]) || entropy(match[0]) < LEAST_ENTROPY) continue;
      end = start + match[0].length;
      found ??= [];
      found.push({ start, end });
    }
  }
  return found ?? NOTHING;
}

/** As detectors owe them: by place, each only once. Where two touch, the one that begins first keeps what it has. */
export function inOrder(findings: Finding[]): readonly Finding[] {
  findings.sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: Finding[] = [];
  for (const finding of findings) if (finding.start >= (kept.at(-1)?.end ?? 0)) kept.push(finding);
  return kept;
}
