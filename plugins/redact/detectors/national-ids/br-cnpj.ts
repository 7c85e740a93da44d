/** Brazil: CNPJ of organisations, also with letters as given out since July 2026 (IN RFB 2229/2024): a letter counts as ASCII less 48. */
import { brazilianDigit } from "./br-cpf";
import { named, nationalId, written } from "./national-id";

export const brCnpj = nationalId({
  entity: "br_cnpj",
  description:
    "Brazilian CNPJ, numeric or alphanumeric, with right check digits, written as 12.ABC.345/01DE-35, or bare as a head office (0001), or near words such as CNPJ.",
  longest: 18,
  pattern: written(String.raw`[\dA-Z]{2}\.?[\dA-Z]{3}\.?[\dA-Z]{3}[/-]?[\dA-Z]{4}-?\d{2}`),
  words: named("cadastro nacional|pessoas? jur[ií]dicas?", "cnpj"),
  isValid: (id) =>
    /\d.*\d{2}$/.test(id) && brazilianDigit(id, 12, 9) === id.charAt(12) && brazilianDigit(id, 13, 9) === id.charAt(13),
  isUnmistakable: (text) => /^[\dA-Z]{2}\.[\dA-Z]{3}\.[\dA-Z]{3}\/[\dA-Z]{4}-\d{2}$|^\d{8}0001\d{2}$/.test(text),
});
