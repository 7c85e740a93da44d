/** Presidio's names of entities and ours. What only one of them knows keeps its name, in lower case here, in capitals there. */

const OURS = new Map([
  ["EMAIL_ADDRESS", "email"],
  ["PHONE_NUMBER", "phone"],
  ["IBAN_CODE", "iban"],
  ["CRYPTO", "crypto_wallet"],
  ["PERSON", "person_name"],
  ["US_DRIVER_LICENSE", "drivers_license"],
  ["US_PASSPORT", "passport"],
  ["IT_DRIVER_LICENSE", "drivers_license"],
  ["IT_PASSPORT", "passport"],
  ["IN_PASSPORT", "passport"],
  ["UK_PASSPORT", "passport"],
  ["UK_NHS", "gb_nhs"],
  ["UK_NINO", "gb_nino"],
  ["SG_NRIC_FIN", "sg_nric"],
  ["ES_NIE", "es_nif"],
  ["FI_PERSONAL_IDENTITY_CODE", "fi_hetu"],
  ["KR_RRN", "kr_rrn"],
  ["TH_TNIN", "th_id"],
  ["DE_TAX_ID", "de_tax_id"],
]);

const THEIRS = new Map<string, string[]>();
for (const [theirs, ours] of OURS) THEIRS.set(ours, [...(THEIRS.get(ours) ?? []), theirs]);

export function ourName(theirs: string): string {
  const name = OURS.get(theirs) ?? theirs.toLowerCase().replace(/[^a-z0-9]+/g, "_");
  return /^[a-z]/.test(name) ? name : `entity_${name}`;
}

export function theirNames(ours: string): readonly string[] {
  const name = ours.toUpperCase();
  // Driving licences and passports of more countries than one; Spain's two numbers.
  return THEIRS.has(ours) ? [...(THEIRS.get(ours) ?? []), ...(ours === "es_nif" ? [name] : [])] : [name];
}

/** All that policies may name without knowing what a service has been taught. */
export const KNOWN_ENTITIES: readonly string[] = [
  ...new Set([...OURS.values(), "location", "organization", "nrp", "date_time", "url", "medical_license", "us_bank_number"]),
];
