/** Credentials within URLs: the whole userinfo (RFC 3986, 3.2.1), and what query parameters of keys and tokens hold. */
import type { Detector, Finding } from "./detector";

const LONGEST_URL = 2048;
/** Where JSON writes `\/` for `/`. */
const MARKS = ["://", ":\\/\\/"];
const SCHEME = /[a-z][a-z\d+.-]{1,30}$/i;
const END_OF_URL = /[\s"'<>`|^]/;
const USERINFO = /^([^/?#\\]{0,512})@/;
const SECRET_PARAMETER =
  /[?&;#](?:(?:api|access|auth|private|secret|subscription|functions|x-api|client)?[-_]?(?:key|secret|token|password|passwd|pwd)|auth|sig|signature|sas|jwt|credentials?|x-amz-(?:signature|security-token|credential)|(?:id|refresh|session|bearer|csrf)[-_]?token)=([^&;#()[\]{},]{6,512})/gi;
/** What stands for a value to come: `${TOKEN}`, `{key}`, `<key>`, `%s`, `***`. */
const BLANK = /^(?:[$<[{]|%[sd7]|[*.x…]+$|\[?redacted)/i;

export const urlCredentials: Detector = {
  entity: "url_credentials",
  group: "network",
  description:
    "name:password before the host of a URL, and values of query parameters such as api_key and access_token; not templates.",
  longest: 512,
  find({ plain }) {
    const findings: Finding[] = [];
    let before = 0;
    for (let colon = plain.indexOf(":"); colon !== -1; colon = plain.indexOf(":", colon + 1)) {
      const mark = MARKS.find((one) => plain.startsWith(one, colon));
      if (mark === undefined || colon < before || !SCHEME.test(plain.slice(Math.max(0, colon - 31), colon))) continue;
      const start = colon + mark.length;
      const rest = plain.slice(start, start + LONGEST_URL);
      const stop = rest.search(END_OF_URL);
      const url = stop === -1 ? rest : rest.slice(0, stop);
      findings.push(...secretsOf(url).map((found) => ({ start: start + found.start, end: start + found.end })));
      before = start + url.length;
    }
    return findings;
  },
};

/** @param url what follows `://` */
function secretsOf(url: string): readonly Finding[] {
  const found: Finding[] = [];
  const userinfo = USERINFO.exec(url)?.[1];
  const colon = userinfo?.indexOf(":") ?? -1;
  if (userinfo !== undefined && colon !== -1 && userinfo.length > colon + 1 && !BLANK.test(userinfo.slice(colon + 1))) {
    found.push({ start: 0, end: userinfo.length });
  }
  for (const match of url.matchAll(SECRET_PARAMETER)) {
    const value = match[1]!;
    const end = match.index + match[0].length;
    if (!BLANK.test(value)) found.push({ start: end - value.length, end });
  }
  return found;
}
