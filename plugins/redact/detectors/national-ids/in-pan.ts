/** India: permanent account number of the Income Tax Department. Its check letter is not published; its fourth letter tells the holder. */
import { named, nationalId, written } from "./national-id";

export const inPan = nationalId({
  entity: "in_pan",
  description:
    "Indian PAN (ABCPE1234F) with a known fourth letter, in upper case; in lower case only near words such as PAN or income tax.",
  longest: 10,
  pattern: written(String.raw`[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]`),
  words: named("permanent account|income tax|पैन", "pan(?: card)?"),
  isValid: (id) => !id.includes("0000"),
  isUnmistakable: (text) => /^[A-Z]{5}\d{4}[A-Z]$/.test(text),
});
