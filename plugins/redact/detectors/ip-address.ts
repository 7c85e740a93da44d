/** IP addresses of both versions, with a zone and a prefix length where they have one. */
import { isIPv4, isIPv6 } from "node:net";
import { type Detector, type Finding, inOrder } from "./detector";
import type { Scan } from "./scan";

const PREFIX_4 = String.raw`(?:\/(?:3[0-2]|[12]?\d)(?![\d.]))?`;
const PREFIX_6 = String.raw`(?:\/(?:12[0-8]|1[01]\d|[1-9]?\d)(?!\d))?`;
const VERSION_4 = new RegExp(String.raw`(\d{1,3}(?:\.\d{1,3}){3})${PREFIX_4}`, "g");
const VERSION_6 = new RegExp(
  String.raw`((?:[\da-f]{0,4}:){2,7}(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]{1,4})?)(?:%[\w.-]{0,15}\w)?${PREFIX_6}`,
  "gi",
);

/** `version: 1.2.3.4`, and what comes as a number of a paragraph. */
const NUMBERED = /(?:\b(?:versions?|ver|v|rev|release|build|firmware|driver|section|chapter|clause|oid)|§|#)["'\]\s:=.]{0,6}v?$/;
/** `Chrome/120.0.0.0`: browsers tell no more than the first part. */
const PRODUCT = /[a-z]\/$/;

export const ipAddress: Detector = {
  entity: "ip_address",
  group: "network",
  description: "IPv4 and IPv6 addresses, also mapped, with zone or /prefix; not versions, times, OIDs, or `::` alone.",
  longest: 66,
  find(scan) {
    const findings: Finding[] = [];
    for (const { start, end, match } of scan.matches(scan.numeric, VERSION_4)) {
      const address = match[1]!.replace(/\b0+(?=\d)/g, "");
      if (isIPv4(address) && !isInLongerNumber(scan.plain, start, end) && !isVersion(scan, start, address))
        findings.push({ start, end });
    }
    // Without a digit there is none but with `::`, and words are not taken for one.
    for (const { start, end, match } of scan.matches(scan.numeric, VERSION_6)) {
      if (isIPv6(match[1]!) && isPlausible(match[1]!) && !isCutOff(scan.plain, start, end)) findings.push({ start, end });
    }
    return inOrder(findings);
  },
};

/** One of five parts or more is an object identifier or a version. */
function isInLongerNumber(text: string, start: number, end: number): boolean {
  return (
    /[\d.][.,]$|\.$/.test(text.slice(Math.max(0, start - 2), start)) || /^[.,]?\d|^[.-][a-z]/i.test(text.slice(end, end + 2))
  );
}

function isVersion({ lower }: Scan, start: number, address: string): boolean {
  const before = lower.slice(Math.max(0, start - 20), start);
  return NUMBERED.test(before) || (address.endsWith(".0.0.0") && PRODUCT.test(before));
}

/** Program text is full of `a::b`: an address has more than two short words. */
function isPlausible(address: string): boolean {
  if (!/\d/.test(address)) return false;
  const groups = address.split(":").filter((group) => group !== "");
  return address === "::1" || address.includes(".") || groups.length > 2 || (groups.length > 0 && /^[^:]{4}/.test(address));
}

/** It goes on: `::ffff:192.168.1`, `Name::1`. */
function isCutOff(text: string, start: number, end: number): boolean {
  if (/^(?:\.\d|:[\w:])/.test(text.slice(end, end + 2))) return true;
  return text.charAt(start) === ":"
    ? /[\w\])>:]/.test(text.charAt(start - 1))
    : text.charAt(start - 1) === ":" && /\w:$/.test(text.slice(0, start).slice(-2));
}
