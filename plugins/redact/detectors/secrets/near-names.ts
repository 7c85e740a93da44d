/** Keys without any mark of their own, known by the name of their service nearby: `COHERE_API_KEY=…`, "my Mistral key is …". */
import { type Finding, NOTHING } from "../detector";
import type { Scan, Window } from "../scan";
import { isPlaceholder } from "./placeholder";
import { isRandom } from "./randomness";

export interface Named {
  /** The service, in lower case. */
  readonly name: RegExp;
  /** With the flag `g`; what stands before and behind a key is its business. */
  readonly pattern: RegExp;
}

/** Before the key; a name behind it is rare and mostly another sentence. */
const REACH = 60;

export function nearNames(services: readonly Named[]): (scan: Scan) => readonly Finding[] {
  const anyName = new RegExp(services.map(({ name }) => name.source).join("|"));
  return (scan) => {
    if (scan.tokens.length === 0 || !anyName.test(scan.lower)) return NOTHING;
    return services.flatMap(({ name, pattern }) => {
      if (!name.test(scan.lower)) return [];
      return scan.tokens.flatMap((window) => keysIn(scan, window, pattern).filter((key) => isNamed(scan, key, name)));
    });
  };
}

function keysIn(scan: Scan, window: Window, pattern: RegExp): readonly Finding[] {
  const findings: Finding[] = [];
  for (const match of scan.plain.slice(window.start, window.end).matchAll(pattern)) {
    if (!isRandom(match[0]) || isPlaceholder(match[0])) continue;
    const start = window.start + match.index;
    findings.push({ start, end: start + match[0].length });
  }
  return findings;
}

function isNamed(scan: Scan, { start }: Finding, name: RegExp): boolean {
  return name.test(scan.lower.slice(Math.max(0, start - REACH), start));
}
