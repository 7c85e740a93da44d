import { Scan } from "../../../plugins/redact/detectors/scan";
import { SECRETS } from "../../../plugins/redact/detectors/secrets";
import { drawn, SETTINGS } from "./support";

/** A whole mebibyte of each is for all detectors together (detectors/growth-time.test.ts). */
const LENGTH = 1 << 18;
/** What detectors look for, and what almost is that, over and over. */
const UNITS = [
  ..."aA0=/.-_+~:@\"'\\ \n",
  "é",
  "😀",
  "\\n",
  "\\u003d",
  "%3D",
  "sk-",
  "sk-ant-",
  "AIza",
  "ghp_",
  "ghs_a.",
  "glpat-a",
  "xoxb-1",
  "xoxp-1234567890",
  "xghs_",
  "xsk-ant-",
  "xpypi-AgE",
  "xbedrock-api-key-",
  "hooks.slack.com/services/",
  "sk_live_",
  "AKIA",
  "ya29.a",
  "?sig=",
  "&sig=a%",
  "AccountKey=",
  "aws A1b2C3d4",
  "s.a1B",
  "hvs.",
  "1234567890:AA",
  "1234567890123456|",
  "MTA.",
  "a_b_mmk",
  "dp.pt.",
  "eyJ",
  "eyJ.",
  "eyJhbGciOiJIUzI1NiJ9.",
  "eyJhbGciOiJIUzI1NiJ9.e30.",
  "-----BEGIN ",
  "-----BEGIN PRIVATE KEY-----",
  "-----BEGIN RSA PRIVATE KEY-----\nMIIEpQIBAAKCAQEAn6O8liSX4m98LLY\n",
  "-----BEGIN PRIVATE KEY-----\n-----END ",
  "-----END PRIVATE KEY-----",
  "://",
  "a://",
  "a://b:",
  "a://b:c@",
  "a://:@:",
  "a.a+",
  "password=",
  "password=p4ss;",
  'pwd="',
  "server=;password=",
  "password is ",
  "secret",
  "secret: ",
  "token_token-",
  'api key = "',
  "--password ",
  "authorization",
  "Authorization: Bearer ",
  "bearer a1",
  "curl ",
  "curl -u ",
  "curl --user a:",
  "curl -u 'a:b ",
  "<user:",
  "{{",
];

/** Each detector on its own: what it owes whatever the text is, and how long all of them took. */
function millisecondsFor(text: string): number {
  const start = process.hrtime.bigint();
  const scan = new Scan(text);
  for (const detector of SECRETS) {
    let before = 0;
    for (const { start: from, end } of detector.find(scan, SETTINGS)) {
      if (from < before || end <= from || end > text.length || end - from > detector.longest) {
        throw new Error(`${detector.entity} found [${from}, ${end}) behind ${before}`);
      }
      before = end;
    }
  }
  return Number(process.hrtime.bigint() - start) / 1e6;
}

// What is not linear takes minutes.
test("a quarter mebibyte of anything is looked through, and findings are as they must be", () => {
  const rows = [...UNITS, drawn(3000, "hex"), drawn(5000, "base64"), drawn(200, "alnum")].map((unit) => {
    const text = unit.repeat(Math.ceil(LENGTH / unit.length));
    const [quarter = 0, whole = 0] = [LENGTH / 4, LENGTH].map((length) => millisecondsFor(text.slice(0, length)));
    return { unit: JSON.stringify(unit.slice(0, 32)), quarter, whole };
  });
  rows.sort((a, b) => b.whole - a.whole);
  const slowest = rows
    .slice(0, 12)
    .map(({ unit, quarter, whole }) => `${unit}: ${quarter.toFixed(0)} ms, ${whole.toFixed(0)} ms`);
  console.info(["64 and 256 KiB, the slowest:", ...slowest].join("\n"));
}, 120_000);
