/** Days, weeks and months of a time zone, as stretches of time. Days are numbered from 1970-01-01. */
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** No zone is further from UTC. */
const FURTHEST_MS = 16 * 3_600_000;

export type CalendarPeriod = "day" | "week" | "month";

/** Milliseconds since the epoch; `end` is not in it. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

export class Calendar {
  readonly #period: CalendarPeriod;
  readonly #format: Intl.DateTimeFormat;
  #last: Stretch = { start: 0, end: 0 };

  /** @throws RangeError for a zone nobody knows */
  constructor(period: CalendarPeriod, timeZone: string) {
    this.#period = period;
    // Gregorian and in ASCII digits, wherever we run.
    const parts = { year: "numeric", month: "numeric", day: "numeric" } as const;
    this.#format = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", { timeZone, ...parts });
  }

  /** The period this moment is in. */
  at(now: number): Stretch {
    const { start, end } = this.#last;
    if (now < start || now >= end) this.#last = this.#find(now);
    return this.#last;
  }

  #find(now: number): Stretch {
    const { year, month, day } = this.#date(now);
    switch (this.#period) {
      case "day":
        return { start: this.#startOf(dayNumber(year, month, day)), end: this.#startOf(dayNumber(year, month, day + 1)) };
      case "week": {
        // Day 0 was a Thursday.
        const today = dayNumber(year, month, day);
        const monday = today - ((today + 3) % 7);
        return { start: this.#startOf(monday), end: this.#startOf(monday + 7) };
      }
      case "month":
        return { start: this.#startOf(dayNumber(year, month, 1)), end: this.#startOf(dayNumber(year, month + 1, 1)) };
    }
  }

  /** Its first moment: not always midnight, as some zones skip that one when summer begins. A day that a zone skips is empty. */
  #startOf(day: number): number {
    let before = (day * DAY_MS - FURTHEST_MS) / MINUTE_MS;
    let from = (day * DAY_MS + FURTHEST_MS) / MINUTE_MS;
    while (from - before > 1) {
      const middle = Math.floor((before + from) / 2);
      const { year, month, day: date } = this.#date(middle * MINUTE_MS);
      if (dayNumber(year, month, date) >= day) from = middle;
      else before = middle;
    }
    return from * MINUTE_MS;
  }

  #date(at: number): { year: number; month: number; day: number } {
    const [month = 0, day = 0, year = 0] = this.#format.format(at).split("/").map(Number);
    return { year, month, day };
  }
}

function dayNumber(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / DAY_MS;
}
