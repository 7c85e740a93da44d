import { kongFields } from "../../kong/schema/convert";
import { residencySchema } from "../../plugins/residency/config";
import { mayBeIn, within } from "../../plugins/residency/region";
import { permitsOf } from "../../plugins/residency/rules";

test.each([
  ["eu", "eu", true],
  ["eu-west-1", "eu", true],
  ["eu-west-1", "eu-west", true],
  ["eu-west-10", "eu-west-1", false],
  ["europe", "eu", false],
  ["eu", "eu-west-1", false],
  ["us-eu", "eu", false],
  ["EU", "eu", false],
])("%s within %s: %s", (region, wider, expected) => {
  expect(within(region, wider)).toBe(expected);
});

test.each([
  [undefined, "eu", true],
  ["eu", "eu-west-1", true],
  ["eu-west-1", "eu", true],
  ["eu-west-1", "eu-west-2", false],
  ["us", "eu", false],
])("%s may be in %s: %s", (region, place, expected) => {
  expect(mayBeIn(region, place)).toBe(expected);
});

const EU = { region: "eu-west-1", tags: ["no-training"] };
const US = { region: "us-east", tags: ["no-training", "cheap"] };
const NOWHERE = { tags: ["on-prem"] };

test.each([
  ["nothing said", {}, [true, true, true]],
  ["allowed regions: what has none is in none", { allow: { regions: ["eu"] } }, [true, false, false]],
  ["one of the regions", { allow: { regions: ["eu", "us"] } }, [true, true, false]],
  ["allowed tags, one in common", { allow: { tags: ["on-prem", "cheap"] } }, [false, true, true]],
  ["regions and tags", { allow: { regions: ["eu", "us"], tags: ["cheap"] } }, [false, true, false]],
  ["denied regions: what has none may be there", { deny: { regions: ["us"] } }, [true, false, false]],
  ["a denied part of a region", { deny: { regions: ["us-east-2"] } }, [true, false, false]],
  ["denied tags", { deny: { tags: ["cheap"] } }, [true, false, true]],
  ["deny wins", { allow: { regions: ["eu", "us"] }, deny: { regions: ["eu"] } }, [false, true, false]],
])("%s", (_, places, expected) => {
  const [rule] = residencySchema.parse({ rules: [{ name: "r", ...places }] }).rules;
  const permits = permitsOf(rule as NonNullable<typeof rule>);
  expect([EU, US, NOWHERE].map(permits)).toEqual(expected);
});

test("Kong's schema language can say all of it", () => {
  expect(JSON.stringify(kongFields(residencySchema))).toContain('"min_count"');
});
