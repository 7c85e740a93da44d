/** The patterns alone must say of every number what libphonenumber-js says, whose data they are. */
import fc from "fast-check";
import { type CountryCode, getCountries, parsePhoneNumberFromString } from "libphonenumber-js/max";
import { isInternational, nationalNumber, planOf } from "../../../plugins/redact/detectors/phone-plans";
import { referenceTable } from "./support";

test("every country has a plan", () => {
  expect(getCountries().filter((country) => planOf(country) === undefined)).toEqual([]);
  expect([planOf("ZZ"), isInternational("999123456789")]).toEqual([undefined, false]);
});

test("international numbers, by chance and near valid ones", () => {
  const examples = getCountries().map((country) => planOf(country)!.callingCode);
  const number = fc.tuple(
    fc.constantFrom(...examples),
    fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 5, maxLength: 12 }),
  );
  const differences: string[] = [];
  let valid = 0;
  fc.assert(
    fc.property(number, ([code, rest]) => {
      const digits = code + rest;
      const theirs = parsePhoneNumberFromString(`+${digits}`)?.isValid() ?? false;
      if (theirs) valid += 1;
      if (theirs !== isInternational(digits)) differences.push(digits);
    }),
    { numRuns: 20_000, seed: 7 },
  );
  console.info(`numbering plans: ${valid} of 20000 valid, ${differences.length} told otherwise: ${differences.slice(0, 20)}`);
  expect(valid).toBeGreaterThan(1000);
  expect(differences.length / 20_000).toBeLessThan(0.005);
});

const examples = referenceTable<{ region: string; e164: string }>("phone_numbers.json");
(examples === undefined ? test.skip : test)("national forms of libphonenumber's examples", () => {
  const differences: string[] = [];
  for (const { region, e164 } of examples!) {
    const number = parsePhoneNumberFromString(e164);
    const plan = planOf(region);
    if (number === undefined || plan === undefined) continue;
    const digits = number.formatNational().replace(/\D/g, "");
    const theirs = parsePhoneNumberFromString(digits, region as CountryCode)?.isValid() ?? false;
    if (theirs !== (nationalNumber(plan, digits) !== undefined)) differences.push(`${region} ${digits}`);
  }
  expect(differences).toEqual([]);
});
