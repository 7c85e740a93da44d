/** Germany: serial number of the Personalausweis since 2010; in print without, in the machine-readable zone with a check digit. */

import { hasIcaoDigit } from "./mrz";
import { named, nationalId, written } from "./national-id";

export const deIdCard = nationalId({
  entity: "de_id_card",
  description:
    "Number of a German identity card since 2010, 9 characters and a right check digit if there is one, near words such as Personalausweis or identity card.",
  longest: 10,
  pattern: written(String.raw`[LMNPRTVWXY][\dCFGHJ-NPRTV-Z]{8}\d?`),
  words: named("ausweis|identit(?:y|äts) (?:card|karte)|german id", "perso|id (?:card|karte)"),
  isValid: (id) => /\d/.test(id) && (id.length === 9 || hasIcaoDigit(id.slice(0, 9), id.charAt(9))),
});
