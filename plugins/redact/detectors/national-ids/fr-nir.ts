/** France: NIR, the social security number: sex, year, month, department, commune, rank, and a key modulo 97. */
import { named, nationalId, written } from "./national-id";

const MONTH = String.raw`(?:0[1-9]|1[0-2]|[2-9]\d)`;
const PLACE = String.raw`(?:0[1-9]|[1-9]\d|2[AB])`;

export const frNir = nationalId({
  entity: "fr_nir",
  description:
    "French NIR (INSEE number) with its right key of two digits, Corsica included; without the key, for provisional numbers and unknown months of birth only near words such as sécurité sociale or NIR.",
  longest: 21,
  pattern: written(String.raw`[1-478][ .-]?\d{2}[ .-]?${MONTH}[ .-]?${PLACE}[ .-]?\d{3}[ .-]?\d{3}(?:[ .-]?\d{2})?`),
  words: named("s[eé]curit[eé] sociale|insee|carte vitale|social security", String.raw`n\.?i\.?r|s[eé]cu`),
  isValid: (id) => id.length === 13 || 97 - (numberOf(id) % 97) === Number(id.slice(13)),
  isUnmistakable: (_, id) => id.length === 15 && /^[12]\d\d[01]/.test(id),
});

/** The departments of Corsica count as 19 and 18. */
function numberOf(id: string): number {
  return Number(id.slice(0, 13).replace("2A", "19").replace("2B", "18"));
}
