/** Hardware addresses: EUI-48 and EUI-64 in the notations of IEEE 802, Windows and Cisco. */
import { type Detector, type Finding, inOrder } from "./detector";

const ADDRESS = /[\da-f]{2}([:-])(?:[\da-f]{2}\1){4}[\da-f]{2}(?:\1[\da-f]{2}\1[\da-f]{2})?|[\da-f]{4}\.[\da-f]{4}\.[\da-f]{4}/gi;
/** Those of letters only are as good as never seen, but where these words stand. */
const WORDS = ["mac", "address"];
/** Nobody's: all stations, and none. */
const NOBODY = /^(?:[f]+|0+)$/i;

export const macAddress: Detector = {
  entity: "mac_address",
  group: "network",
  description: "Hardware addresses of 6 or 8 bytes (00:1a:2b…, 00-1A-…, 001a.2b3c.…); not broadcast, zero or fingerprints.",
  longest: 23,
  find(scan) {
    const findings: Finding[] = [];
    const { plain } = scan;
    for (const windows of [scan.numeric, ...WORDS.map((word) => scan.around(word, 0, 60, scan.lower))]) {
      for (const { start, end, match } of scan.matches(windows, ADDRESS)) {
        if (NOBODY.test(match[0].replace(/[:.-]/g, ""))) continue;
        // More bytes are a fingerprint or a key.
        if (
          /(?<!\w)[\da-f]{2}[:-]$|\w[.-]$/i.test(plain.slice(Math.max(0, start - 4), start)) ||
          /^(?::[\da-f]|[.-]\w)/i.test(plain.slice(end, end + 2))
        )
          continue;
        findings.push({ start, end });
      }
    }
    return inOrder(findings);
  },
};
