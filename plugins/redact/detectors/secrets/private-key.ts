/** Private keys in PEM (RFC 7468), OpenSSH's and OpenPGP's armour: as they stand in files, or on one line with `\n` in it. */
import { type Detector, type Finding, NOTHING } from "../detector";

const BEGIN = "-----BEGIN ";
const HEAD = /^-----BEGIN (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)?-----/;
const LONGEST_HEAD = 100;
const END = /-----END (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)?-----/;
/** RSA of 8192 bits has 6.4 KB. */
const LONGEST = 8192;
/** Some of a key must be there: documentation shows the two lines alone. */
const MATERIAL = /[A-Za-z0-9+/]{20}/;

/** Of a key whose end is missing: lines of base 64, those of encrypted keys behind headers (`Proc-Type: 4,ENCRYPTED`). */
const LINE = "(?:[A-Z][A-Za-z-]{2,20}: [^\\n]{1,100}|[A-Za-z0-9+/]{20,100}={0,2})";
const BETWEEN = "[^A-Za-z0-9+/]";
const LINES = new RegExp(
  `${BETWEEN}{0,16}${LINE}(?:${BETWEEN}{1,16}${LINE})*(?:${BETWEEN}{1,16}[A-Za-z0-9+/]{1,64}={0,2}(?=\\s*(?:\\n|$)))?`,
  "y",
);

export const privateKey: Detector = {
  entity: "private_key",
  group: "secret",
  description:
    "Private keys in PEM, OpenSSH and OpenPGP armour of up to 8,192 characters, also on one line, also when their end is missing.",
  longest: LONGEST,
  find(scan) {
    // With the escapes of JSON as blanks: `\nMIIE` begins a line.
    const { plain } = scan;
    let found: Finding[] | undefined;
    for (let at = plain.indexOf(BEGIN); at !== -1; at = plain.indexOf(BEGIN, at + 1)) {
      const head = HEAD.exec(plain.slice(at, at + LONGEST_HEAD));
      if (head === null) continue;
      const body = bodyOf(plain.slice(at + head[0].length, at + LONGEST));
      if (body === undefined) continue;
      const end = at + head[0].length + body;
      found ??= [];
      found.push({ start: at, end });
      at = end - 1;
    }
    return found ?? NOTHING;
  },
};

/** @returns how long it is, its last line included; `undefined` where there is no key */
function bodyOf(text: string): number | undefined {
  // A new beginning ends what has no end.
  const next = text.indexOf(BEGIN);
  const own = next === -1 ? text : text.slice(0, next);
  const end = END.exec(own);
  if (end !== null) return MATERIAL.test(own.slice(0, end.index)) ? end.index + end[0].length : undefined;
  LINES.lastIndex = 0;
  const lines = LINES.exec(own)?.[0];
  return lines === undefined || !MATERIAL.test(lines) ? undefined : lines.length;
}
