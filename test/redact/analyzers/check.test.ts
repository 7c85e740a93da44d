import { z } from "zod";
import { kongFields } from "../../../kong/schema/convert";
import { analyzedEntities, analyzerSchema, checkAnalyzers } from "../../../plugins/redact/analyzers";
import { ourName, theirNames } from "../../../plugins/redact/analyzers/presidio-entities";
import { DETECTORS } from "../../../plugins/redact/detectors";

const PRESIDIO = { name: "ner", kind: "presidio", presidio: { url: "http://presidio:3000" } };
const LLM = { name: "names", kind: "llm", llm: { provider: "own", model: "m" } };

const parse = (...analyzers: object[]) => analyzers.map((it) => analyzerSchema().parse(it));
const faults = (...analyzers: object[]) => checkAnalyzers(parse(...analyzers), { providers: ["own"] });

test("these are fine", () => {
  expect(faults(PRESIDIO, LLM, { ...LLM, name: "b", entities: ["codename"] })).toEqual([]);
});

test.each([
  [{ ...PRESIDIO, name: "A b" }, ["name"], "lower-case"],
  [{ ...PRESIDIO, presidio: undefined }, ["kind"], "needs `presidio`"],
  [{ ...LLM, llm: undefined }, ["kind"], "needs `llm`"],
  [{ ...LLM, presidio: PRESIDIO.presidio }, ["presidio"], "no effect"],
  [{ ...PRESIDIO, llm: LLM.llm }, ["llm"], "no effect"],
  [{ ...LLM, llm: { provider: "other", model: "m" } }, ["llm", "provider"], "there are own"],
  [{ ...LLM, entities: ["person_name", "PERSON"] }, ["entities", 1], "lower-case"],
  [{ ...PRESIDIO, presidio: { url: "presidio:3000" } }, ["presidio", "url"], "http://"],
  [{ ...PRESIDIO, presidio: { url: "ftp://presidio" } }, ["presidio", "url"], "http://"],
  [{ ...PRESIDIO, presidio: { url: "http://a:b@presidio" } }, ["presidio", "url"], "`token`"],
  [{ ...PRESIDIO, presidio: { url: "http://presidio/?key=1" } }, ["presidio", "url"], "path"],
  [{ ...PRESIDIO, presidio: { url: "http://169.254.169.254" } }, ["presidio", "url"], "link-local"],
])("%j: %j", (it, path, message) => {
  expect(faults(it)).toEqual([{ path: [0, ...path], message: expect.stringContaining(message) }]);
});

test("a name that stands twice", () => {
  expect(faults(PRESIDIO, PRESIDIO)).toEqual([{ path: [1, "name"], message: "stands twice" }]);
});

test("fails closed unless it is told otherwise, in time", () => {
  expect(parse(PRESIDIO)[0]).toMatchObject({ on_error: "closed", timeout_ms: 5000, max_chars: 16_000 });
  expect(() => parse({ ...PRESIDIO, timeout_ms: 120_001 })).toThrow();
});

test("Kong can say the schema, and takes the address from its vault", () => {
  const fields = JSON.stringify(kongFields(z.strictObject({ analyzers: z.array(analyzerSchema()) })));
  expect(fields.match(/"referenceable":true/g)).toHaveLength(2);
});

test("names of entities: ours where we have one, and there and back again", () => {
  const ours = new Set(DETECTORS.map(({ entity }) => entity));
  const same = [
    "EMAIL_ADDRESS",
    "PHONE_NUMBER",
    "CREDIT_CARD",
    "IBAN_CODE",
    "IP_ADDRESS",
    "MAC_ADDRESS",
    "CRYPTO",
    "PERSON",
    "US_SSN",
  ];
  const national = [
    "US_ITIN",
    "UK_NHS",
    "UK_NINO",
    "SG_NRIC_FIN",
    "ES_NIF",
    "ES_NIE",
    "IT_FISCAL_CODE",
    "PL_PESEL",
    "IN_PAN",
    "IN_AADHAAR",
  ];
  for (const theirs of [...same, ...national, "AU_ABN", "AU_TFN", "US_PASSPORT", "US_DRIVER_LICENSE", "KR_RRN", "TH_TNIN"]) {
    expect([theirs, ours.has(ourName(theirs))]).toEqual([theirs, true]);
    expect(theirNames(ourName(theirs))).toContain(theirs);
  }
  expect([ourName("LOCATION"), ourName("My-Type 2"), ourName("2FA")]).toEqual(["location", "my_type_2", "entity_2fa"]);
});

test("what policies may name", () => {
  expect(analyzedEntities(parse({ ...LLM, entities: ["codename"] }))).toEqual(["codename"]);
  expect(analyzedEntities(parse(PRESIDIO, LLM))).toEqual(
    expect.arrayContaining(["person_name", "location", "organization", "email"]),
  );
});
