/** Tokens of other services, each known by its prefix. */
import { FREE, knownTokens } from "./known-tokens";
import { nearNames } from "./near-names";

const BY_NAME = [
  { name: /sourcegraph/, pattern: /(?<![A-Za-z0-9])[0-9a-fA-F]{40}(?![A-Za-z0-9])/g },
  { name: /meraki/, pattern: /(?<![A-Za-z0-9])[0-9a-f]{40}(?![A-Za-z0-9])/g },
  { name: /mailgun/, pattern: /(?<![A-Za-z0-9])key-[0-9a-f]{32}(?![A-Za-z0-9])/g },
  { name: /(?<![a-z])okta/, pattern: /(?<![\w=-])00[\w=-]{40}(?![\w=-])/g },
  { name: /(?<![a-z])etsy/, pattern: /(?<![\w-])[a-z0-9]{24}(?![\w-])/g },
  { name: /(?<![a-z])sumo(?:logic|[\s_-])/, pattern: /(?<![A-Za-z0-9])[A-Za-z0-9]{64}(?![A-Za-z0-9])/g },
  { name: /datadog|dd_a(?:pi|pp)/, pattern: /(?<![A-Za-z0-9])(?:[0-9a-f]{32}|[0-9a-f]{40})(?![A-Za-z0-9])/g },
];

const PACKAGES = [
  "npm_[A-Za-z0-9]{36}",
  "pypi-AgE[\\w-]{50,1000}",
  "dckr_[po]at_[\\w-]{27,60}",
  "rubygems_[0-9a-f]{48}",
  "oy2[a-z0-9]{43}",
  "CLOJARS_[a-z0-9]{60}",
  "AKCp[A-Za-z0-9]{69}",
];
const INFRASTRUCTURE = [
  "hv[sbr]\\.[\\w-]{24,300}",
  "s\\.(?=[A-Za-z]{0,23}\\d)(?=[^A-Z]{0,23}[A-Z])[A-Za-z0-9]{24}",
  "ops_eyJ[A-Za-z0-9+/]{250,1200}={0,3}",
  "A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}",
  "dp\\.(?:pt|st|ct|sa|scim|audit)\\.(?:[a-z0-9_-]{2,35}\\.)?[A-Za-z0-9]{40,44}",
  "dt0[a-z]\\d{2}\\.[A-Z0-9]{24}\\.[A-Z0-9]{64}",
  "gl(?:c|sa)_[A-Za-z0-9+/_]{32,400}={0,3}",
  "eyJrIjoi[A-Za-z0-9]{70,400}={0,3}",
  "pul-[0-9a-f]{40}",
  "pnu_[A-Za-z0-9]{36}",
  "pscale_(?:tkn|pw|oauth)_[\\w=.-]{32,64}",
  "sbp_[0-9a-f]{40}",
  "dapi[0-9a-f]{32}(?:-\\d)?",
  "ico-[A-Za-z0-9]{32}",
  "API-[A-Z0-9]{26}",
  "atlasv1\\.[\\w-]{60,70}",
  `${FREE}[A-Za-z0-9]{14}\\.atlasv1\\.[\\w=-]{60,70}`,
  "sha256~[\\w-]{43}",
  "tskey-(?:api|auth|client)-[A-Za-z0-9]{10,24}-[A-Za-z0-9]{20,40}",
  "(?:sntrys_eyJ[\\w+/=-]{60,420}|sntryu_[0-9a-f]{64})",
  "NRAK-[A-Z0-9]{27}",
  "AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}",
  `${FREE}[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk`,
];
const COMMERCE = [
  "shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
  "sq0[a-z]{3}-[\\w-]{22,60}",
  "EAAA[\\w-]{56,60}",
  "access_token\\$(?:production|sandbox)\\$[0-9a-z]{16}\\$[0-9a-f]{32}",
  "FLWSECK(?:_TEST)?-[0-9a-h]{12,32}(?:-X)?",
  "shippo_(?:live|test)_[0-9a-f]{40}",
  "duffel_(?:live|test)_[\\w=-]{43}",
  "EZ[AT]K[A-Za-z0-9]{54}",
];
const MESSAGES = [
  "SG\\.[\\w-]{22}\\.[\\w-]{43}",
  "xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}",
  `${FREE}[0-9a-f]{32}-us\\d{1,2}`,
  "SK[0-9a-f]{32}",
  // Of a Telegram bot, a Facebook app and page, a Discord bot and a webhook.
  `${FREE}\\d{8,10}:AA[\\w-]{33}`,
  `${FREE}\\d{15,16}\\|[\\w-]{27,40}`,
  "EAA[A-Z][A-Za-z0-9]{90,400}",
  `${FREE}[MNO][A-Za-z0-9_-]{23,27}\\.[\\w-]{6}\\.[\\w-]{27,40}`,
  "discord(?:app)?\\.com/api/webhooks/\\d{17,20}/[\\w-]{60,80}",
];
const WORK = [
  "(?:ntn_[A-Za-z0-9]{43,50}|secret_[A-Za-z0-9]{43})",
  "lin_(?:api|oauth)_[A-Za-z0-9]{32,64}",
  "fig[duo]r?_[\\w-]{40,60}",
  "AT[AC]TT3[\\w=-]{150,250}",
  "ATBB[A-Za-z0-9]{32}",
  "PMAK-[0-9a-f]{24}-[0-9a-f]{34}",
  "rdme_[a-z0-9]{70}",
  "sgp_(?:(?:[0-9a-fA-F]{16}|local)_)?[0-9a-fA-F]{40}",
  "tfp_[\\w.=-]{40,59}",
  "fio-u-[\\w=-]{64}",
  "pat[A-Za-z0-9]{14}\\.[0-9a-f]{64}",
  "s-s4t2(?:ud|af)-[0-9a-f]{64}",
];

export const accessToken = knownTokens({
  entity: "access_token",
  description:
    "Tokens of other services by their prefix: package registries (npm, PyPI, Docker …), HashiCorp, 1Password, Doppler, Grafana, Pulumi, Sentry, Databricks, Shopify, Square, SendGrid, Mailgun, Twilio, Telegram, Discord, Notion, Linear, Atlassian and more.",
  longest: 1220,
  patterns: [...PACKAGES, ...INFRASTRUCTURE, ...COMMERCE, ...MESSAGES, ...WORK],
  also: nearNames(BY_NAME),
});
