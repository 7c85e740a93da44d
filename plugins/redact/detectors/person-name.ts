/**
 * Names of persons, as far as a small dictionary and the words around them tell. In English prose about three of four found are names,
 * and about one of two names is found: on for those who prefer to hide too much, and no substitute for an analyzer.
 */
import { type Detector, type Finding, inOrder } from "./detector";
import { GIVEN_NAMES } from "./given-names";
import type { Scan } from "./scan";

const PART = String.raw`\p{Lu}[\p{L}'’-]{1,24}`;
const JOINED = "(?: (?:van|von|der|den|de|da|dos|del|della|di|la|le|bin|ibn|al|el|ten|ter|y|zu)){0,3}";
/** One to four capitalised words, also with initials and particles. */
const WORDS = new RegExp(String.raw`${PART}(?: \p{Lu}\.)?(?:${JOINED} ${PART}){0,3}`, "gu");
/** Before a name, as written. */
const TITLE =
  /(?<!\p{L})(?:Mr|Mrs|Ms|Mx|Dr|Prof|Herrn?|Frau|Hr|Fr|Mme|Mlle|Monsieur|Madame|Sr|Sra|Srta|Señora?|Don|Doña|Sig|Signora?|Dhr|Mevr|Pan|Pani)\.? $/u;
/** Before a name, in lower case. */
const INTRODUCTION =
  /(?:(?:my|his|her|their) name is |(?<!\p{L})(?:i am|i'm|ich hei(?:ß|ss)e|je m'appelle|me llamo|mi chiamo|me chamo|ik heet|mam na imię|jag heter) |(?<!\p{L})(?:(?:full|first|last)[ _]?name|surname|nachname|vorname|nom|prénom|apellidos?|patient|customer|employee)["']?\s?[:=]\s?["']?)$/u;
/** No name begins with these, nor goes on with them. */
const NO_NAME =
  /^(?:The|This|That|These|And|But|For|With|From|When|Where|What|Why|How|Who|If|In|On|At|To|Dear|Hello|Hi|Hey|Not|Sorry|Happy|Sure|Street|Avenue|University|Inc|Ltd|GmbH)$/;
const REACH = 24;

export const personName: Detector = {
  entity: "person_name",
  group: "personal",
  optIn: true,
  description:
    "A frequent given name with what follows it, and capitalised words behind a title or my name is; about half of all names.",
  longest: 180,
  find(scan) {
    const findings: Finding[] = [];
    for (const { start, match } of scan.matches([{ start: 0, end: scan.text.length }], WORDS)) {
      const found = nameIn(scan, start, match[0]);
      if (found !== undefined) findings.push(found);
    }
    return inOrder(findings);
  },
};

/** The words from the first that begins a name. */
function nameIn({ lower, plain }: Scan, at: number, words: string): Finding | undefined {
  let start = 0;
  for (const word of words.split(" ")) {
    const from = Math.max(0, at + start - REACH);
    const introduced = () => TITLE.test(plain.slice(from, at + start)) || INTRODUCTION.test(lower.slice(from, at + start));
    if (GIVEN_NAMES.has(word.replace(/-.*/, "")) || (!NO_NAME.test(word) && /^\p{Lu}\p{L}/u.test(word) && introduced())) {
      const rest = words.slice(start).split(" ");
      const stop = rest.findIndex((one) => NO_NAME.test(one));
      const name = (stop === -1 ? rest : rest.slice(0, stop)).join(" ").replace(/['’-]s?$/, "");
      return { start: at + start, end: at + start + name.length };
    }
    start += word.length + 1;
  }
  return undefined;
}
