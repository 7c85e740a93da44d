import { type EvalTable, TOLERATED_FALSE_HITS } from "./evaluate";

const HEADINGS = ["threshold", "hits", "false hits", "hits, checked", "false hits, checked"];

/** The table as text for a terminal, and what to make of it. */
export function showEval(table: EvalTable): string {
  const { same, different, rows } = table;
  const cells = rows.map((row) => [
    row.threshold.toFixed(2),
    share(row.hits, same),
    share(row.falseHits, different),
    share(row.checkedHits, same),
    share(row.checkedFalseHits, different),
  ]);
  const widths = HEADINGS.map((heading, at) => Math.max(heading.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const lines = [HEADINGS, ...cells].map((row) => row.map((cell, at) => cell.padStart(widths[at] ?? 0)).join("  "));
  return [`${same} pairs of one meaning, ${different} of two`, "", ...lines, "", advice(table)].join("\n");
}

function share(count: number, of: number): string {
  return of === 0 ? "-" : `${((count / of) * 100).toFixed(1)} %`;
}

function advice({ different, recommended }: EvalTable): string {
  const tolerated = `${TOLERATED_FALSE_HITS * 100} %`;
  if (different === 0) return 'No threshold can be recommended without pairs that must not hit: add some with "same": false.';
  if (recommended === undefined) return `No threshold recommended: none has hits with at most ${tolerated} of false hits.`;
  return `Recommended: ${recommended.toFixed(2)}, the most hits with at most ${tolerated} of false hits, with the second check (what the cache serves).`;
}
