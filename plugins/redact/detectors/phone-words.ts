/** Words that say a number beside them is a phone number, and words that say it is another one. */

/**
 * In scripts with blanks between words (the group), these are whole words. That none begins within a word is looked at afterwards:
 * asked of every place in a text, it would cost as much as all the rest.
 */
const WORDS = new RegExp(
  [
    String.raw`((?:tele)?phones?|tele?(?=[.: ]|ph|\d|$)|tel\p{L}{0,8}fon\p{L}{0,6}|t[ée]l[ée]phone\p{L}?|tél|telephone|cell(?:ular)?|mobile?s?|mob|call (?:me|us|him|her|them|back|now|at|on)|call(?=:? ?[+(]?\d)|fax|dial|`,
    String.raw`sms|whats ?app|text (?:me|him|her|us|them)|hotline|(?:reach|contact) (?:me|him|her|us|them)|(?:my|his|her|their|our|your) (?:\p{L}{2,12} )?(?:number|no)(?=\W)|`,
    String.raw`handy|rufnummer|anruf\p{L}{0,3}|mobil\p{L}{0,8}|appele[rz]|gsm|m[óo]vil\p{L}{0,2}|celular|llam[aeo]\p{L}{0,3}|ligar|cellulare|chiam[ai]\p{L}{0,3}|`,
    String.raw`puhelin\p{L}{0,5}|puh|komórk\p{L}{0,3}|zadzwoń|number is|nummer ist|numéro est|número es|mi número|mon numéro)(?!\p{L})|`,
    String.raw`телефон|тел\.|моб\.|звони|电话|手机|電話|携帯|手機|전화|휴대폰|핸드폰|هاتف|جوال|موبايل|تلفن|טלפון|נייד|फ़ोन|फोन|मोबाइल|โทร|τηλ`,
  ].join(""),
  "gu",
);

const OTHER_NUMBER =
  /(?<!\p{L})(?:order|invoice|ticket|case|ref(?:erence)?|isbn|issn|ean|upc|sku|serial|part|tracking|parcel|account|acct|version|build|commit|issue|pr|page|port|pid|uid|id|created(?:_at)?|updated(?:_at)?|timestamp|time|ts|epoch|seed|bestell\p{L}{0,8}|rechnung\p{L}{0,8}|konto\p{L}{0,8}|artikel\p{L}{0,8}|commande|facture|pedido|factura|cuenta|ordine|fattura)(?:[ _-]?(?:number|num|nummer|no|nr|id|code))?["'.:#=\\ ]{0,5}$/u;
const MONEY_BEFORE = /(?:[$€£¥₹₽]|\b(?:usd|eur|gbp|inr|jpy|chf|rs))[ .]?$/;
const UNIT_BEHIND =
  /^ ?(?:[$€£¥₹₽%°]|(?:usd|eur|gbp|inr|jpy|chf|kr|zł|ms|ns|µs|kb|mb|gb|tb|bytes|px|kg|km|rows|records|users|people)(?!\p{L}))/u;

/** Where words for phones end, in order. */
export function phoneWords(lower: string): readonly number[] {
  const ends: number[] = [];
  for (const match of lower.matchAll(WORDS)) {
    if (match[1] === undefined || !/[\p{L}_]$/u.test(lower.slice(Math.max(0, match.index - 2), match.index))) {
      ends.push(match.index + match[0].length);
    }
  }
  return ends;
}

export function isOtherNumber(lower: string, start: number, end: number): boolean {
  const before = lower.slice(Math.max(0, start - 30), start);
  return OTHER_NUMBER.test(before) || MONEY_BEFORE.test(before) || UNIT_BEHIND.test(lower.slice(end, end + 10));
}
