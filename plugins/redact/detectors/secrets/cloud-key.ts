/** Credentials of cloud accounts. Private keys of Google's service accounts are private keys as others are. */
import { type Finding, NOTHING } from "../detector";
import type { Scan } from "../scan";
import { FREE, knownTokens } from "./known-tokens";
import { nearNames } from "./near-names";
import { isPlaceholder } from "./placeholder";

const BY_NAME = [
  // Forty characters of base 64, at least one of them no hex digit: those would be a SHA-1.
  {
    name: /aws|amazon|secret.{0,3}access|\bs3\b|\biam\b/,
    pattern: /(?<![A-Za-z0-9+/])(?![0-9a-f]{40}|[0-9A-F]{40})[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])/g,
  },
  { name: /alibaba|aliyun|accesskeysecret/, pattern: /(?<![A-Za-z0-9])[A-Za-z0-9]{30}(?![A-Za-z0-9])/g },
  { name: /private_key_id/, pattern: /(?<![A-Za-z0-9])[0-9a-f]{40}(?![A-Za-z0-9])/g },
  { name: /hcloud|hetzner|linode/, pattern: /(?<![A-Za-z0-9])[A-Za-z0-9]{64}(?![A-Za-z0-9])/g },
  { name: /cloudflare|cf_api/, pattern: /(?<![\w-])[\w-]{40}(?![\w-])/g },
];

const byName = nearNames(BY_NAME);

/** Shared access signatures are percent-encoded mostly. */
const SIGNATURE = /[?&]sig=([A-Za-z0-9%+/=_-]{40,120})/g;

export const cloudKey = knownTokens({
  entity: "cloud_key",
  description:
    "Credentials of AWS (access keys; secret keys where AWS is named before; Bedrock keys), Azure (client secrets, account and access keys, shared access signatures), Google Cloud, DigitalOcean, Alibaba, Tencent, Yandex, Fly and others.",
  longest: 1100,
  patterns: [
    "(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}",
    "ABSK[A-Za-z0-9+/]{109,269}={0,2}",
    "bedrock-api-key-[A-Za-z0-9+/=_-]{60,1024}",
    "(?:(?<![\\w~.-])|(?<=%[0-9A-Fa-f]{2}))[\\w~.]{3}\\dQ~[\\w~.-]{31,34}(?![\\w~.-])",
    "(?<=(?:Account|Access)Key=)[A-Za-z0-9+/]{43,86}={1,2}",
    `${FREE}[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{20,30}`,
    `${FREE}[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}`,
    "GOCSPX-[\\w-]{28}",
    "ya29\\.[\\w-]{20,1000}",
    "do[opr]_v1_[0-9a-f]{64}",
    "LTAI[A-Za-z0-9]{12,20}",
    "AKID[A-Za-z0-9]{32}",
    "(?:fo1_[\\w-]{43}|fm[12][ar]?_[A-Za-z0-9+/]{100,600}={0,3})",
    "HRKU-[\\w-]{36,60}",
    "AQVN[\\w-]{35,38}",
    "v1\\.0-[0-9a-f]{24}-[0-9a-f]{146}",
  ],
  also: (scan) => [...byName(scan), ...signatures(scan)],
});

function signatures(scan: Scan): readonly Finding[] {
  const windows = scan.around("sig=", 1, 124);
  if (windows.length === 0) return NOTHING;
  const findings: Finding[] = [];
  for (const window of windows) {
    for (const match of scan.plain.slice(window.start, window.end).matchAll(SIGNATURE)) {
      const value = match[1] ?? "";
      const end = window.start + match.index + match[0].length;
      if (!isPlaceholder(value)) findings.push({ start: end - value.length, end });
    }
  }
  return findings;
}
