import fc from "fast-check";
import { retryAfterMs } from "../../../plugins/providers/shared/retry-after";

const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
const DAY = 24 * 3600 * 1000;

it.each([
  [{}, undefined],
  [{ "retry-after": "3" }, 3000],
  [{ "retry-after": " 1.5 " }, 1500],
  [{ "retry-after": "Fri, 20 Nov 2026 12:00:30 GMT" }, 30_000],
  [{ "retry-after": "Fri, 20 Nov 2026 11:00:00 GMT" }, 0],
  [{ "retry-after": "-1" }, undefined],
  [{ "retry-after": "soon" }, undefined],
  [{ "retry-after": "999999999999" }, 7 * DAY],
  [{ "retry-after": "1e9" }, undefined],
  [{ "retry-after-ms": "250", "retry-after": "9" }, 250],
  [{ "retry-after-ms": "x", "retry-after": "9" }, 9000],
  [{ "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s" }, 360_000],
  [{ "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "20ms" }, 20],
  [{ "x-ratelimit-remaining-tokens": "5", "x-ratelimit-reset-tokens": "6m0s" }, undefined],
  [
    {
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "1.5s",
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": "1h2m3.25s",
    },
    3_723_250,
  ],
  [{ "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "12" }, 12_000],
  [{ "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1x" }, undefined],
  [{ "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "" }, undefined],
] as const)("%j → %s", (headers, expected) => expect(retryAfterMs(headers, NOW)).toBe(expected));

it("is a sane number of milliseconds or nothing, whatever the headers say", () => {
  const value = fc.oneof(fc.string(), fc.stringMatching(/^[0-9dhms.:, A-Z-]{0,40}$/));
  fc.assert(
    fc.property(value, value, (a, b) => {
      const found = retryAfterMs({ "retry-after": a, "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": b }, NOW);
      return found === undefined || (Number.isInteger(found) && found >= 0 && found <= 7 * DAY);
    }),
    { seed: 1, numRuns: 2000 },
  );
});
