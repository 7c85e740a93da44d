/** Credentials of HTTP requests: of `Authorization` headers (RFC 9110), however they are written down, and behind `Bearer`. */
import type { Finding } from "../detector";
import type { Scan } from "../scan";
import { isPlaceholder } from "./placeholder";
import { entropy, isRandom } from "./randomness";

const WORD = /authorization|bearer/g;
/** Behind `authorization`: the scheme is optional. Behind `bearer`: the value itself. */
const HEADER =
  /^["'`\]]{0,2}\s{0,4}(?:[:=,]|=>)\s{0,4}(?:[a-z]?["'`])?(?:(?:bearer|basic|token|api-?key|key)\s{1,4})?([\w.~+/=@:-]{8,4096})/i;
const VALUE = /^\s{1,4}["'`]?([\w.~+/=-]{16,4096})/;
/** More than either reads. */
const REACH = 4160;
/** A value of eight characters that somebody made up has more. */
const LEAST_ENTROPY = 2.75;

export function* authorizations(scan: Scan): Generator<Finding> {
  let end = 0;
  for (const word of scan.lower.matchAll(WORD)) {
    const from = word.index + word[0].length;
    if (from < end) continue;
    const isHeader = word[0] === "authorization";
    const [all = "", value] = (isHeader ? HEADER : VALUE).exec(scan.plain.slice(from, from + REACH)) ?? [];
    if (value === undefined || isPlaceholder(value)) continue;
    if (isHeader ? entropy(value) < LEAST_ENTROPY || !/\d/.test(value) : !isRandom(value)) continue;
    end = from + all.length;
    yield { start: end - value.length, end };
  }
}
