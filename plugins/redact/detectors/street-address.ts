/** Street addresses: a street's name with its kind and a house number. Towns and postcodes alone are not found. */
import { type Detector, type Finding, inOrder } from "./detector";

const NAME = String.raw`\p{Lu}[\p{L}'’.-]{0,29}`;
const HOUSE = String.raw`\d{1,5}(?:[ -]?[a-zA-Z](?!\p{L}))?(?:[-/]\d{1,4})?`;
/** 12B Old Mill Road, Apt 4 */
const ENGLISH = String.raw`${HOUSE},? (?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.? )?(?!The )(?:(?:${NAME}|\d{1,3}(?:st|nd|rd|th)) ){1,4}(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Drive|Dr|Lane|Ln|Court|Ct|Place|Pl|Square|Sq|Terrace|Way|Parkway|Pkwy|Highway|Hwy|Crescent|Close|Circle|Cir|Trail|Mews|Gardens|Grove)(?!\p{L})\.?(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|#)\.? ?\d{0,5}[A-Z]?(?![\p{L}\d]))?`;
/** Hauptstraße 12a, Am Alten Markt-Platz 3, Keizersgracht 174, Storgatan 5 */
const GERMANIC = String.raw`(?:${NAME} ){0,2}\p{Lu}?[\p{L}-]{2,30}(?:[Ss]tr(?:aße|asse|\.)|[Ww]eg|[Pp]latz|[Aa]llee|[Gg]asse|[Uu]fer|[Dd]amm|straat|laan|gracht|plein|gatan|gata|vägen|vej|gade|veien|katu) ${HOUSE}`;
/** 12 bis rue de la Paix */
const FRENCH = String.raw`\d{1,4}(?: ?(?:bis|ter))?,? (?:rue|avenue|av\.|boulevard|bd|place|allée|chemin|impasse|quai|route|cours|square)(?: (?:d[eu]s?|de la|de l'|d'|l'|la|le|les|l’|d’)){0,2}[ '’]?(?:\p{Lu}[\p{L}'’-]{1,29}[ ,]?){1,4}`;
/** Calle Mayor 10, Via Giuseppe Verdi, 5, Rua Augusta, 1500, ul. Marszałkowska 10/12 */
const ROMANCE = String.raw`(?:[Cc]alle|C/|[Aa]venida|[Aa]vda\.|[Pp]aseo|[Pp]laza|Via|Viale|[Pp]iazza|[Cc]orso|[Rr]ua|[Tt]ravessa|[Pp]raça|[Uu]l\.|[Uu]lica|[Aa]l\.|[Pp]l\.) ?(?:(?:del?|dell[aeo]?|d[aeo]s?|la|las|los|el) ){0,2}(?:${NAME}[ ,]{1,2}){1,4}(?:n[º°.]? ?)?${HOUSE}`;
const ADDRESS = new RegExp([ENGLISH, FRENCH, ROMANCE, GERMANIC].map((form) => `(?:${form})`).join("|"), "gu");

export const streetAddress: Detector = {
  entity: "street_address",
  group: "personal",
  optIn: true,
  description:
    "House number and street in the forms of English, German, Dutch, Scandinavian, French, Spanish, Italian, Portuguese, Polish.",
  longest: 220,
  find(scan) {
    const findings: Finding[] = [];
    for (const { start, end } of scan.matches(scan.numeric, ADDRESS)) {
      const trimmed = scan.plain.slice(start, end).replace(/[ ,]+$/, "");
      findings.push({ start, end: start + trimmed.length });
    }
    return inOrder(findings);
  },
};
