/** When a provider says to come back: delta-seconds, HTTP dates, `retry-after-ms`, and the reset headers of OpenAI and its kin. */
import type { HeaderMap } from "../../core/provider";

/** Nobody waits longer than a week; also keeps absurd values out of our own headers. */
const MAX_MS = 7 * 24 * 3600 * 1000;

/** @returns milliseconds from `now`, `undefined` where the answer does not say. */
export function retryAfterMs(headers: HeaderMap, now: number = Date.now()): number | undefined {
  return milliseconds(headers["retry-after-ms"]) ?? secondsOrDate(headers["retry-after"], now) ?? exhaustedReset(headers);
}

function milliseconds(value: string | undefined): number | undefined {
  return value !== undefined && DECIMAL.test(value.trim()) ? bounded(Number(value)) : undefined;
}

const DECIMAL = /^\d{1,12}(\.\d{1,6})?$/;

function secondsOrDate(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (DECIMAL.test(text)) return bounded(Number(text) * 1000);
  // A date has letters (RFC 9110 IMF-fixdate, RFC 850, asctime); "-1" would parse as a year otherwise.
  const date = /[A-Za-z]/.test(text) && text.length < 64 ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : bounded(date - now);
}

/** `x-ratelimit-reset-requests: 1m2.5s` counts only where the matching budget is used up. */
function exhaustedReset(headers: HeaderMap): number | undefined {
  const waits = ["requests", "tokens"]
    .filter((what) => headers[`x-ratelimit-remaining-${what}`] === "0")
    .map((what) => duration(headers[`x-ratelimit-reset-${what}`]))
    .filter((wait) => wait !== undefined);
  return waits.length === 0 ? undefined : Math.max(...waits);
}

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1, "": 1000 };

/** Go's duration text as OpenAI and Groq send it: `20ms`, `1.5s`, `6m0s`, `1h2m3s`; a bare number is seconds. */
function duration(value: string | undefined): number | undefined {
  if (value === undefined || value.length > 32) return undefined;
  let sum = 0;
  let read = 0;
  for (const [whole, count, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])?/g)) {
    sum += Number(count) * (UNIT_MS[unit ?? ""] ?? 0);
    read += whole.length;
  }
  return read === 0 || read !== value.length ? undefined : bounded(sum);
}

function bounded(ms: number): number {
  return Math.min(Math.max(Math.ceil(ms), 0), MAX_MS);
}
