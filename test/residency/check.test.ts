import type { PolicyShape } from "../../plugins/define-plugin";
import { residency } from "../../plugins/residency";

const SHAPE: PolicyShape = {
  models: ["m", "us-only"],
  providers: [],
  regions: ["eu-west-1", "us"],
  tags: ["no-training"],
  aliases: [
    {
      name: "m",
      targets: [
        { label: "a/x", region: "eu-west-1", tags: ["no-training"] },
        { label: "b/y", region: "us", tags: [] },
      ],
    },
    { name: "us-only", targets: [{ label: "b/y", region: "us", tags: [] }] },
  ],
  plugins: ["residency", "redact"],
  audited: false,
  sharedStore: false,
  embedders: [],
  host: undefined,
  unpriced: () => new Map(),
};

function faultsOf(config: object, shape: Partial<PolicyShape> = {}): string[] {
  return residency
    .check(residency.config?.parse(config), { ...SHAPE, ...shape })
    .map(({ path, message, severity }) => `${severity === undefined ? "" : `${severity} `}${path.join(".")}: ${message}`);
}

const EU = { allow: { regions: ["eu"] } };
const one = (it: object, more: object = {}) => ({ rules: [{ name: "r", ...it }], ...more });

test.each([
  ["by caller", one({ when: { teams: ["a"] }, ...EU })],
  ["by route", one({ when: { routes: ["eu-route"] }, ...EU })],
  ["by what was found", one({ when: { entities: ["credit_card", "finance"], min_count: 2 }, ...EU })],
  ["for everything", one({ allow: { regions: ["eu", "us"] } })],
  ["by header", one({ when: { headers: [{ name: "x-class", values: ["a*", "*"] }] }, ...EU })],
  ["a model's", one({ when: { models: ["m"] }, ...EU })],
  ["a part of a region denied", one({ when: { teams: ["a"] }, deny: { regions: ["eu-west-1-a"] } })],
  ["who may go anywhere, and others nowhere", one({ when: { teams: ["a"] } }, { default: "deny" })],
  ["a part of what is allowed is denied", one({ allow: { regions: ["eu", "us"] }, deny: { regions: ["eu-west-1-b"] } })],
])("nothing is wrong: %s", (_, config) => {
  expect(faultsOf(config)).toEqual([]);
});

test.each([
  ["rules.0.name: must have 1 to 64", one({ name: "Big Rule", ...EU, when: { teams: ["a"] } })],
  ['rules.0.name: "default" is what', one({ name: "default", ...EU, when: { teams: ["a"] } })],
  ['rules.1.name: "r" stands twice', { rules: [1, 2].map(() => ({ name: "r", when: { teams: ["a"] }, ...EU })) }],
  [
    'rules.0.when.models.0: no model of this policy is called "n"; there are: m, us-only',
    one({ when: { models: ["n"] }, ...EU }),
  ],
  ["rules.0.when.headers.0.name: must be in lower case", one({ when: { headers: [{ name: "X-A", values: ["*"] }] }, ...EU })],
  ["rules.0.when.headers.0.values.1: may hold one *", one({ when: { headers: [{ name: "x", values: ["a", "*a*"] }] }, ...EU })],
  ["rules.0.allow: has no effect", one({ when: { teams: ["a"] } })],
  ['rules.0.allow.regions.0: no target is in "ue"; there are: eu-west-1, us', one({ allow: { regions: ["ue"] } })],
  ['rules.0.deny.regions.0: no target is in "asia"', one({ deny: { regions: ["asia"] } })],
  ['rules.0.allow.tags.0: no target carries the tag "gdpr"; there are: no-training', one({ allow: { tags: ["gdpr"] } })],
  ['rules.0.deny.tags.0: no target carries the tag "gdpr"', one({ deny: { tags: ["gdpr"] } })],
  [
    'rules.0.allow.regions.1: has no effect: the rule denies "eu"',
    one({ allow: { regions: ["us", "eu-west"] }, deny: { regions: ["eu"] } }),
  ],
  [
    "rules.0.allow.tags.0: has no effect: the rule denies it",
    one({ allow: { tags: ["no-training"] }, deny: { tags: ["no-training"] } }),
  ],
  [
    "rules.0.allow: no target of this policy is left",
    one({ when: { teams: ["a"] }, allow: { regions: ["us"], tags: ["no-training"] } }),
  ],
  ['rules.0: r: no target of "us-only" is left', one(EU)],
  ['rules.0: r: no target of "us-only" is left', one({ when: { models: ["us-only"] }, ...EU })],
  [
    'rules.0: a and b: no target of "m" is left',
    {
      rules: [
        { name: "a", when: { models: ["m"] }, ...EU },
        { name: "b", when: { models: ["m"] }, deny: { tags: ["no-training"] } },
      ],
    },
  ],
  ["default: has no effect", one({ allow: { regions: ["eu", "us"] } }, { default: "deny" })],
])("%s", (expected, config) => {
  const faults = faultsOf(config);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(expected);
});

test("what nobody looks for", () => {
  const faults = faultsOf(one({ when: { entities: ["email"] }, ...EU }), { plugins: ["residency"] });
  expect(faults).toEqual([expect.stringContaining("rules.0.when.entities: nothing looks for them")]);
});

test("targets without region, where regions are denied, are told of", () => {
  const shape = { aliases: [...SHAPE.aliases, { name: "n", targets: [{ label: "c/z", tags: [] }] }] };
  expect(faultsOf(one({ when: { teams: ["a"] }, deny: { regions: ["us"] } }), shape)).toEqual([
    "warning rules.0.deny.regions: also denies c/z: nobody said in which region that is",
  ]);
});
