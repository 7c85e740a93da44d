import fc from "fast-check";
import { Calendar, type CalendarPeriod } from "../../plugins/budget/calendar";

const HOUR = 3_600_000;

const iso = (ms: number) => new Date(ms).toISOString().replace(/\.000Z$/, "Z");

test.each<[CalendarPeriod, string, string, string, string]>([
  ["day", "UTC", "2026-11-20T12:00:00Z", "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z"],
  ["week", "UTC", "2026-11-20T12:00:00Z", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"],
  ["week", "UTC", "2026-11-16T00:00:00Z", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"],
  ["week", "UTC", "2026-11-15T23:59:59Z", "2026-11-09T00:00:00Z", "2026-11-16T00:00:00Z"],
  ["month", "UTC", "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"],
  ["month", "UTC", "2028-02-10T00:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"],
  // Summer begins and ends: days of 23 and 25 hours.
  ["day", "Europe/Berlin", "2026-03-29T10:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"],
  ["day", "Europe/Berlin", "2026-10-25T10:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"],
  ["month", "Europe/Berlin", "2026-03-15T10:00:00Z", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"],
  ["week", "America/New_York", "2026-03-08T12:00:00Z", "2026-03-02T05:00:00Z", "2026-03-09T04:00:00Z"],
  // Midnight does not exist when summer begins: the day starts at one.
  ["day", "Africa/Cairo", "2026-04-24T12:00:00Z", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"],
  ["day", "America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"],
  ["day", "Asia/Kathmandu", "2026-01-01T00:00:00Z", "2025-12-31T18:15:00Z", "2026-01-01T18:15:00Z"],
  ["day", "Pacific/Kiritimati", "2026-01-01T11:00:00Z", "2026-01-01T10:00:00Z", "2026-01-02T10:00:00Z"],
  // Samoa had no 30 December 2011.
  ["day", "Pacific/Apia", "2011-12-30T09:00:00Z", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"],
  ["day", "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"],
])("%s in %s at %s: %s to %s", (period, zone, now, start, end) => {
  const found = new Calendar(period, zone).at(Date.parse(now));
  expect([iso(found.start), iso(found.end)]).toEqual([start, end]);
});

const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Africa/Cairo", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia"];

test("periods hold the moments they are of, join up, and are short enough for the windows that count them", () => {
  fc.assert(
    fc.property(
      fc.constantFrom<CalendarPeriod>("day", "week", "month"),
      fc.constantFrom(...ZONES),
      fc.integer({ min: Date.UTC(2012, 1), max: Date.UTC(2040, 0) }),
      (period, zone, now) => {
        const calendar = new Calendar(period, zone);
        const { start, end } = calendar.at(now);
        expect(start).toBeLessThanOrEqual(now);
        expect(end).toBeGreaterThan(now);
        expect(calendar.at(start)).toEqual({ start, end });
        expect(calendar.at(end).start).toBe(end);
        expect(calendar.at(start - 1).end).toBe(start);
        const longest = { day: 25, week: 7 * 24 + 1, month: 31 * 24 + 1 }[period] * HOUR;
        expect(end - start).toBeLessThanOrEqual(longest);
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

test("a zone nobody knows", () => {
  expect(() => new Calendar("day", "Mars/Olympus")).toThrow(RangeError);
});
