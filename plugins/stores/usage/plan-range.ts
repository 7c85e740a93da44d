/** Which hours a report takes from the hourly sums, and which milliseconds from single records. */
import { HOUR_MS } from "./columns";

/** Since when each table is complete; on the hour. */
export interface Kept {
  readonly recordsFrom: number;
  readonly hoursFrom: number;
}

type Span = readonly [from: number, to: number];

export interface RangePlan {
  /** What is covered; `to` = `from` when that is nothing. */
  readonly from: number;
  readonly to: number;
  readonly hours: readonly Span[];
  readonly records: readonly Span[];
}

/** @param recordsOnly the hourly sums do not know what is asked */
export function planRange(from: number, to: number, kept: Kept, recordsOnly: boolean): RangePlan {
  const start = Math.max(from, recordsOnly ? kept.recordsFrom : kept.hoursFrom);
  if (to <= start) return { from: start, to: start, hours: [], records: [] };
  if (recordsOnly) return { from: start, to, hours: [], records: [[start, to]] };

  // An hour without its single records can be had whole only.
  const first = start < kept.recordsFrom ? hourBefore(start) : start;
  const last = to < kept.recordsFrom ? hourAfter(to) : to;
  const firstWhole = hourAfter(first);
  const lastWhole = hourBefore(last);
  if (firstWhole > lastWhole) return { from: first, to: last, hours: [], records: [[first, last]] };
  const notEmpty = (spans: readonly Span[]): Span[] => spans.filter(([begin, end]) => begin < end);
  return {
    from: first,
    to: last,
    hours: notEmpty([[firstWhole, lastWhole]]),
    records: notEmpty([
      [first, firstWhole],
      [lastWhole, last],
    ]),
  };
}

function hourBefore(at: number): number {
  return at - (at % HOUR_MS);
}

function hourAfter(at: number): number {
  return hourBefore(at + HOUR_MS - 1);
}
