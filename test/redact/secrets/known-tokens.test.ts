import { accessToken } from "../../../plugins/redact/detectors/secrets/access-token";
import { apiKey } from "../../../plugins/redact/detectors/secrets/api-key";
import { cloudKey } from "../../../plugins/redact/detectors/secrets/cloud-key";
import { githubToken, gitlabToken } from "../../../plugins/redact/detectors/secrets/code-hosts";
import { slackToken } from "../../../plugins/redact/detectors/secrets/slack-token";
import { stripeKey } from "../../../plugins/redact/detectors/secrets/stripe-key";
import { drawn, found, secretsIn } from "./support";

const DETECTORS = [apiKey, cloudKey, githubToken, gitlabToken, slackToken, stripeKey, accessToken];

const KEYS: [entity: string, kind: string, value: string][] = [
  ["api_key", "OpenAI, old", `sk-${drawn(20)}T3BlbkFJ${drawn(20)}`],
  ["api_key", "OpenAI project", `sk-proj-${drawn(74, "url")}T3BlbkFJ${drawn(74, "alnum")}`],
  ["api_key", "OpenAI service account", `sk-svcacct-${drawn(58, "url")}T3BlbkFJ${drawn(58, "alnum")}`],
  ["api_key", "Anthropic", `sk-ant-api03-${drawn(93, "url")}AA`],
  ["api_key", "Anthropic admin", `sk-ant-admin01-${drawn(93, "url")}AA`],
  ["api_key", "Google", `AIza${drawn(35, "alnum")}`],
  ["api_key", "Groq", `gsk_${drawn(52)}`],
  ["api_key", "xAI", `xai-${drawn(80)}`],
  ["api_key", "Hugging Face", `hf_${drawn(34)}`],
  ["api_key", "Hugging Face organisation", `api_org_${drawn(34)}`],
  ["api_key", "Replicate", `r8_${drawn(37)}`],
  ["api_key", "Perplexity", `pplx-${drawn(48)}`],
  ["api_key", "OpenRouter", `sk-or-v1-${drawn(64, "hex")}`],
  ["api_key", "Cerebras", `csk-${drawn(48, "base36")}`],
  ["api_key", "NVIDIA", `nvapi-${drawn(64, "alnum")}`],
  ["api_key", "Fireworks", `fw_${drawn(24)}`],
  ["api_key", "Tavily", `tvly-dev-${drawn(32)}`],
  ["api_key", "LangSmith", `lsv2_pt_${drawn(32, "hex")}_${drawn(10, "hex")}`],
  ["api_key", "ElevenLabs", `sk_${drawn(48, "hex")}`],
  ["api_key", "LiteLLM", `sk-Ab3${drawn(8)}-${drawn(5)}_${drawn(4)}`],
  ["cloud_key", "AWS access key", `AKIA${drawn(16, "base32")}`],
  ["cloud_key", "AWS temporary key", `ASIA${drawn(16, "base32")}`],
  ["cloud_key", "Bedrock, long", `ABSK${drawn(128, "alnum")}=`],
  ["cloud_key", "Bedrock, short", `bedrock-api-key-${drawn(200, "alnum")}`],
  ["cloud_key", "Azure client secret", `${drawn(3)}8Q~${drawn(34, "alnum")}`],
  ["cloud_key", "Azure OpenAI", `${drawn(52)}JQQJ99${drawn(26)}`],
  ["cloud_key", "Google OAuth client", `GOCSPX-${drawn(28)}`],
  ["cloud_key", "Google access token", `ya29.${drawn(120, "alnum")}`],
  ["cloud_key", "DigitalOcean", `dop_v1_${drawn(64, "hex")}`],
  ["cloud_key", "Alibaba", `LTAI${drawn(20)}`],
  ["cloud_key", "Tencent", `AKID${drawn(32)}`],
  ["cloud_key", "Fly", `fo1_${drawn(43)}`],
  ["github_token", "personal", `ghp_${drawn(36)}`],
  ["github_token", "OAuth", `gho_${drawn(36)}`],
  ["github_token", "app for a user", `ghu_${drawn(36)}`],
  ["github_token", "app", `ghs_${drawn(36)}`],
  ["github_token", "refresh", `ghr_${drawn(76)}`],
  ["github_token", "fine-grained", `github_pat_${drawn(22)}_${drawn(59)}`],
  ["gitlab_token", "personal", `glpat-${drawn(20, "alnum")}`],
  ["gitlab_token", "routable", `glpat-${drawn(27, "alnum")}.01.${drawn(9, "base36")}`],
  ["gitlab_token", "deploy", `gldt-${drawn(20)}`],
  ["gitlab_token", "runner", `glrt-${drawn(20)}`],
  ["gitlab_token", "runner registration", `GR1348941${drawn(20)}`],
  ["slack_token", "bot", `xoxb-${drawn(12, "digits")}-${drawn(13, "digits")}-${drawn(24)}`],
  ["slack_token", "user", `xoxp-${drawn(12, "digits")}-${drawn(12, "digits")}-${drawn(13, "digits")}-${drawn(32, "hex")}`],
  ["slack_token", "app", `xapp-1-A${drawn(10, "upper")}-${drawn(13, "digits")}-${drawn(64, "hex")}`],
  ["slack_token", "refresh", `xoxe-1-${drawn(146)}`],
  ["slack_token", "webhook", `hooks.slack.com/services/T${drawn(8, "upper")}/B${drawn(8, "upper")}/${drawn(24)}`],
  ["stripe_key", "live", `sk_live_${drawn(24)}`],
  ["stripe_key", "test", `sk_test_${drawn(99)}`],
  ["stripe_key", "restricted", `rk_live_${drawn(24)}`],
  ["stripe_key", "webhook", `whsec_${drawn(32)}`],
  ["access_token", "npm", `npm_${drawn(36)}`],
  ["access_token", "PyPI", `pypi-AgEIcHlwaS5vcmc${drawn(150, "alnum")}`],
  ["access_token", "Docker", `dckr_pat_${drawn(27)}`],
  ["access_token", "RubyGems", `rubygems_${drawn(48, "hex")}`],
  ["access_token", "Shopify", `shpat_${drawn(32, "hex")}`],
  ["access_token", "Square", `sq0csp-${drawn(43)}`],
  ["access_token", "SendGrid", `SG.${drawn(22)}.${drawn(43)}`],
  ["access_token", "Vault", `hvs.${drawn(95)}`],
  ["access_token", "1Password", `ops_eyJ${drawn(300)}`],
  ["access_token", "Grafana", `glsa_${drawn(32)}_${drawn(8, "hex")}`],
  ["access_token", "Grafana Cloud", `glc_${drawn(120)}`],
  ["access_token", "Notion", `ntn_${drawn(46)}`],
  ["access_token", "Linear", `lin_api_${drawn(40)}`],
  ["access_token", "Atlassian", `ATATT3${drawn(186)}`],
  ["access_token", "Databricks", `dapi${drawn(32, "hex")}`],
  ["access_token", "Doppler", `dp.pt.${drawn(43)}`],
  ["access_token", "Telegram", `${drawn(10, "digits")}:AA${drawn(33, "alnum")}`],
  ["access_token", "Discord", `M${drawn(23)}.${drawn(6)}.${drawn(27)}`],
  ["access_token", "Sentry", `sntryu_${drawn(64, "hex")}`],
  ["access_token", "Pulumi", `pul-${drawn(40, "hex")}`],
  ["access_token", "Postman", `PMAK-${drawn(24, "hex")}-${drawn(34, "hex")}`],
  ["access_token", "Supabase", `sbp_${drawn(40, "hex")}`],
  ["access_token", "Twilio", `SK${drawn(32, "hex")}`],
];

const detectorOf = (entity: string) => {
  const detector = DETECTORS.find((it) => it.entity === entity);
  if (detector === undefined) throw new Error(entity);
  return detector;
};

describe.each(KEYS)("%s: %s", (entity, _, value) => {
  const detector = detectorOf(entity);

  test("wherever it stands", () => {
    const places = [
      value,
      `KEY=${value}`,
      `{"key": "${value}", "a": 1}`,
      `Use ${value}, please.`,
      `It is ${value}`,
      `line one\\n${value}\\nline three`,
      `a${"\u00a0"}${value}`,
      `https://host.example/?k%3D${value}&b=1`,
      `\`${value}\``,
      `(${value})`,
      `${"x ".repeat(5000)}${value}${" y".repeat(5000)}`,
    ];
    for (const place of places) expect([place.slice(0, 100), found(detector, place)]).toEqual([place.slice(0, 100), [value]]);
    expect(found(detector, `${value} and ${value}`)).toEqual([value, value]);
  });

  test("not as part of a word, not with its end cut off or masked", () => {
    expect(found(detector, `Q${value.replace(/^\d+/, "")}`)).toEqual([]);
    expect(found(detector, `${value.slice(0, 12)}...`)).toEqual([]);
    expect(found(detector, `${value.slice(0, 9)}${"x".repeat(value.length - 9)}`)).toEqual([]);
  });

  test("by one detector only, the one that knows it", () => {
    expect(secretsIn(`Here: ${value}`).map((it) => it.entity)).toEqual([entity]);
  });
});

test("no longer than a detector says", () => {
  for (const [entity, , value] of KEYS) expect(value.length).toBeLessThanOrEqual(detectorOf(entity).longest);
});

test.each([
  ["api_key", "MISTRAL_API_KEY=", drawn(32)],
  ["api_key", "My codestral key is ", drawn(32)],
  ["api_key", "cohere.Client('", drawn(40)],
  ["api_key", "azure openai key: ", drawn(32, "hex")],
  ["cloud_key", "aws_secret_access_key = ", `${drawn(19)}/${drawn(20)}`],
  ["cloud_key", '"SecretAccessKey": "', `${drawn(30)}+${drawn(9)}`],
  ["cloud_key", '"private_key_id": "', drawn(40, "hex")],
  ["cloud_key", "AccountName=a;AccountKey=", `${drawn(86)}==`],
  ["cloud_key", "https://a.blob.core.windows.net/c?sv=2024&se=x&sig=", `${drawn(40)}%2B${drawn(6)}%3D`],
  ["access_token", "mailgun: ", `key-${drawn(32, "hex")}`],
  ["access_token", "meraki-api-key: ", drawn(40, "hex")],
])("%s by the name before it: %s…", (entity, before, value) => {
  const detector = detectorOf(entity);
  expect(found(detector, `${before}${value}' "`)).toEqual([value]);
  // Elsewhere it is anything.
  expect(found(detector, `The value of ${"some ".repeat(30)}is ${value}`)).toEqual([]);
});

test.each([
  ["a commit in AWS' repository", `aws-sdk at commit ${drawn(40, "hex")}`],
  ["a URL's words", "https://blog.example/sk-learn-tutorial-for-beginners-part-2024-how-to-use-it"],
  ["a word with a known beginning", "task-AbcdefGhijklmnopqrst1 and disk-Ab3fghijklmnopqrstuv"],
  ["publishable keys", `pk_live_${drawn(24)}`],
  ["AWS' own example", "AKIAIOSFODNN7EXAMPLE and wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY of aws"],
  ["a name in code", "hf_requiredCharacteristicTypesForDisplay"],
  ["one that is too long", `ghp_${drawn(300)} AIza${drawn(36)}`],
  ["digests", `sha512-${drawn(86)}== and sha256:${drawn(64, "hex")}`],
  ["prose", "Token prices of sk- and ghp_ keys: see github_pat_ documentation; xoxb- tokens are for bots."],
  ["an UUID", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"],
])("not %s", (_, text) => {
  expect(DETECTORS.flatMap((detector) => found(detector, text))).toEqual([]);
});
