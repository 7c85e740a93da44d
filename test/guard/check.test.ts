import { readFileSync } from "node:fs";
import { join } from "node:path";
import { guard } from "../../plugins/guard";
import { LANGUAGES } from "../../plugins/guard/language/detect-language";
import { KINDS } from "../../plugins/guard/rules";
import { faultsOf, type RuleInput } from "./support";

const rule = (it: RuleInput): RuleInput => ({
  name: "r",
  kind: "pattern",
  on: "input",
  ...(it["kind"] === undefined ? { pattern: { deny: ["a"] } } : {}),
  ...it,
});
const judge = { provider: "judge", model: "small", description: "insults" };
const hook = { url: "https://hooks.example/check" };
const held = "~action: streamed answers are held to their end for this rule: clients see nothing of them before";

test.each<[string, RuleInput, readonly string[]]>([
  ["a rule that is fine", {}, []],
  [
    "a name",
    { name: "No Secrets" },
    ["name: must have 1 to 64 lower-case letters, digits, - and _, and begin with a letter or digit"],
  ],
  ["a pattern", { pattern: { deny: ["a", "(b"] } }, ["pattern.deny.1: error parsing regexp: missing closing ): `(b`"]],
  [
    "a pattern RE2 does not know",
    { pattern: { deny: ["(?=a)"] } },
    ["pattern.deny.0: error parsing regexp: invalid or unsupported Perl syntax: `(?=`"],
  ],
  [
    "a pattern that matches everything",
    { pattern: { deny: ["a*"] } },
    ["pattern.deny.0: matches the empty text, and so every text"],
  ],
  ["a pattern of places", { pattern: { deny: ["\\b"] } }, ["pattern.deny.0: matches places and no text: it would never fire"]],
  ["an allowed pattern", { pattern: { allow: ["["] } }, ["pattern.allow.0: error parsing regexp: missing closing ]: `[`"]],
  ["no pattern", { pattern: {} }, ["pattern: write `deny` or `allow`: it would never fire"]],
  ["no part at all", { pattern: undefined }, ["kind: write `deny` or `allow`: it would never fire"]],
  ["another kind's part", { topic: { keywords: ["a"] } }, ["topic: has no effect under `kind: pattern`"]],
  ["a pattern without an end, on requests", { pattern: { deny: ["ab*"] } }, []],
  [
    "a pattern without an end, on answers",
    { on: "output", pattern: { deny: ["ab*"] } },
    [
      "~pattern.deny.0: can match more than the 256 characters that streams are held back for: a longer match is found by its first 256 characters or not at all; bound the pattern (`{0,50}` instead of `*`) or write `longest_match`",
    ],
  ],
  ["the same, with a word on it", { on: "output", pattern: { deny: ["ab*"], longest_match: 100 } }, []],
  ["no keywords", { kind: "topic", topic: {} }, ["topic: write `keywords` or `classifier`: it would never fire"]],
  [
    "an unseen keyword",
    { kind: "topic", topic: { keywords: ["\u200b"] } },
    ["topic.keywords.0: holds nothing that could be read"],
  ],
  [
    "a judge nobody knows",
    { kind: "topic", topic: { classifier: { ...judge, provider: "x" } } },
    ['topic.classifier.provider: there is no provider "x"; known: openai, judge'],
  ],
  [
    "the same",
    { kind: "classifier", classifier: { ...judge, provider: "x" } },
    ['classifier.provider: there is no provider "x"; known: openai, judge'],
  ],
  ["a classifier without its part", { kind: "classifier" }, ["kind: `classifier` needs a part `classifier`"]],
  ["a webhook without its part", { kind: "webhook" }, ["kind: `webhook` needs a part `webhook`"]],
  [
    "a webhook's URL",
    { kind: "webhook", webhook: { url: "hooks.example" } },
    ["webhook.url: must be an http:// or https:// URL"],
  ],
  [
    "a URL with a password",
    { kind: "webhook", webhook: { url: "https://a:b@hooks.example" } },
    ["webhook.url: must not hold a user name or password"],
  ],
  [
    "a metadata service",
    { kind: "webhook", webhook: { url: "http://169.254.169.254/" } },
    ["webhook.url: leads to a link-local or cloud metadata address; `allow_link_local: true` allows it"],
  ],
  ["a moderation without its part", { kind: "moderation" }, ["kind: `moderation` needs a part `moderation`"]],
  [
    "a moderation's URL",
    { kind: "moderation", moderation: { api_key: "k", base_url: "x" } },
    ["moderation.base_url: must be an http:// or https:// URL"],
  ],
  ["injection on answers", { kind: "injection", on: "output" }, ["on: `injection` looks at input only"]],
  ["models on answers", { kind: "models", on: "output", models: { allow: ["a"] } }, ["on: `models` looks at input only"]],
  ["citation on requests", { kind: "citation" }, ["on: `citation` looks at output only"]],
  ["a size without a limit", { kind: "size" }, ["kind: sets no limit: it would never fire"]],
  [
    "a limit of answers on requests",
    { kind: "size", size: { max_output_tokens: 1, max_turns: 1 } },
    ["size.max_output_tokens: has no effect under `on: input`"],
  ],
  [
    "a limit of requests on answers",
    { kind: "size", on: "output", size: { max_output_tokens: 1, max_turns: 1 } },
    ["size.max_turns: has no effect under `on: output`"],
  ],
  ["no models", { kind: "models" }, ["kind: write `allow`: it would refuse every model"]],
  ["all models", { kind: "models", models: { allow: ["a", "*"] } }, ["models.allow.1: allows every model: it would never fire"]],
  ["no tools", { kind: "tools" }, ["kind: write `allow` or `deny`: it would never fire"]],
  [
    "all tools",
    { kind: "tools", tools: { allow: ["*"] } },
    ["tools.allow: `*` allows every tool: leave `allow` out and write `deny`"],
  ],
  ["no languages", { kind: "language" }, ["kind: write `allow`: it would refuse every language"]],
  [
    "a language nobody knows",
    { kind: "language", language: { allow: ["en", "xx"] } },
    [`language.allow.1: cannot be told from others; known are ${[...LANGUAGES].sort().join(", ")}`],
  ],
  [
    "a schema that is none",
    { kind: "schema", on: "output", schema: { json_schema: "{}}" } },
    ["schema.json_schema: a schema must be a JSON object"],
  ],
  [
    "a schema's keyword",
    { kind: "schema", on: "output", schema: { json_schema: '{"if":{}}' } },
    ['schema.json_schema: the keyword "if" is not known'],
  ],
  ["a whole answer", { kind: "schema", on: "output" }, [held]],
  ["one that only flags", { kind: "schema", on: "output", action: "flag" }, []],
  ["a webhook that only flags may still say more", { kind: "webhook", on: "output", action: "flag", webhook: hook }, [held]],
  [
    "redact where nobody knows what",
    { kind: "injection", action: "redact" },
    ["action: `injection` cannot say what to replace: `redact` is for `deny` patterns, keywords and webhooks"],
  ],
  [
    "redact of what is allowed",
    { action: "redact", pattern: { deny: ["a"], allow: ["b"] } },
    ["action: `pattern` cannot say what to replace: `redact` is for `deny` patterns, keywords and webhooks"],
  ],
  [
    "retry of requests",
    { action: "retry", on: "both" },
    ["action: `retry` asks for another answer: write `on: output`, and another rule for requests"],
  ],
  ["retry of answers", { action: "retry", on: "output" }, [held]],
  ["words that nobody hears", { action: "flag", message: "No." }, ["message: has no effect under `action: flag`"]],
  [
    "words for a second try that is not made",
    { retry: { instruction: "Be kind." } },
    ["retry: has no effect under `action: block`"],
  ],
  ["roles of answers", { on: "output", roles: ["user"] }, ["roles: has no effect on answers"]],
  [
    "roles where no text is read",
    { kind: "models", models: { allow: ["a"] }, roles: ["user"] },
    ["roles: has no effect under `kind: models`"],
  ],
  ["a service that is not asked", { on_error: "open" }, ["on_error: has no effect under `kind: pattern`, which asks nobody"]],
  ["a model nobody knows", { match: { models: ["x"] } }, ['match.models.0: no model of this policy is called "x"; there are: m']],
  ["a header in capitals", { match: { headers: { "X-Env": "prod" } } }, ["match.headers: names must be in lower case"]],
])("%s", (_, it, expected) => {
  expect(faultsOf([rule(it)])).toEqual(expected);
});

test("two of one name", () => {
  expect(faultsOf([rule({}), rule({})])).toEqual(['name: "r" stands twice: nobody could tell which one fired']);
});

test.each([
  [{ name: "r", kind: "patern" }],
  [{ name: "r", kind: "pattern", patern: {} }],
  [{ name: "r", kind: "pattern", pattern: { denied: [] } }],
  [{ name: "r", kind: "pattern", action: "stop" }],
])("%j does not fit the schema", (it) => {
  expect(guard.config?.safeParse({ rules: [it] }).success).toBe(false);
});

test("each kind has a file of its name, and looks at something", () => {
  for (const kind of KINDS) {
    expect(readFileSync(join(__dirname, `../../plugins/guard/rules/${kind.name}.ts`), "utf8")).toContain(`name: "${kind.name}"`);
    expect(kind.on.length).toBeGreaterThan(0);
  }
});
