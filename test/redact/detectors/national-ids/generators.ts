/**
 * Valid ids, made the other way round than the detectors look at them: by trying check characters until the rule, written down here
 * anew (with tables and big integers where the detectors use formulas), holds.
 */
import fc from "fast-check";

export interface Generated {
  readonly entity: string;
  /** As it is officially written. */
  readonly id: fc.Arbitrary<string>;
  /** Words it needs near it, if any. */
  readonly word?: string;
  /** No other id has the same characters but for one digit. */
  readonly detectsOneDigit: boolean;
}

const DIGITS = "0123456789";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

const chars = (alphabet: string, length: number) =>
  fc.array(fc.constantFrom(...alphabet), { minLength: length, maxLength: length }).map((all) => all.join(""));
const number = (length: number, first = DIGITS) =>
  length === 1 ? chars(first, 1) : fc.tuple(chars(first, 1), chars(DIGITS, length - 1)).map((parts) => parts.join(""));
const two = (value: number) => String(value).padStart(2, "0");

/** A day that is one in every year, as [year, month, day] of two digits. */
const day = fc
  .tuple(fc.nat(99), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map(([y, m, d]) => [two(y), two(m), two(d)] as const);
const yymmdd = day.map((parts) => parts.join(""));
const ddmmyy = day.map(([y, m, d]) => d + m + y);

/** What `holds` of body and one of these endings; bodies that have none are left out. */
function checked(body: fc.Arbitrary<string>, endings: readonly string[], holds: (id: string) => boolean): fc.Arbitrary<string> {
  const complete = (text: string) => endings.map((ending) => text + ending).find(holds) ?? "";
  return body.map(complete).filter((id) => id !== "" && !/^(\d)\1+$/.test(id));
}

const ONE = [...DIGITS];
const TWO = Array.from({ length: 100 }, (_, value) => two(value));
const values = (id: string) => [...id].map(Number);
const dot = (id: string, weights: readonly number[]) =>
  values(id).reduce((sum, digit, index) => sum + digit * (weights[index] ?? 0), 0);
const luhn = (id: string) =>
  values(id)
    .reverse()
    .reduce((sum, digit, index) => sum + (index % 2 === 0 ? digit : ([0, 2, 4, 6, 8, 1, 3, 5, 7, 9][digit] ?? 0)), 0) %
    10 ===
  0;
/** `"3 4"`: three digits, a blank, four digits. */
function grouped(id: string, groups: string): string {
  let at = 0;
  return groups.replace(/\d+/g, (length) => {
    const group = id.slice(at, at + Number(length));
    at += Number(length);
    return group;
  });
}

const dni = (n: string) => "TRWAGMYFPDXBNJZSQVHLCKE"[Number(BigInt(n) % 23n)] ?? "";

const IT_ODD: Record<string, number> = Object.fromEntries(
  "1 0 5 7 9 13 15 17 19 21"
    .split(" ")
    .map((value, index) => [String(index), Number(value)])
    .concat(
      "A1 B0 C5 D7 E9 F13 G15 H17 I19 J21 K2 L4 M18 N20 O11 P3 Q6 R8 S12 T14 U16 V10 W22 X25 Y24 Z23"
        .split(" ")
        .map((pair) => [pair.charAt(0), Number(pair.slice(1))]),
    ),
);
const italian = (id: string) => {
  const sum = [...id.slice(0, 15)].reduce(
    (total, c, i) => total + (i % 2 === 0 ? (IT_ODD[c] ?? 0) : DIGITS.includes(c) ? Number(c) : LETTERS.indexOf(c)),
    0,
  );
  return LETTERS[sum % 26] === id[15];
};

/** Table of the dihedral group, and the permutations, as they are printed. */
const D = "0123456789 1234067895 2340178956 3401289567 4012395678 5987604321 6598710432 7659821043 8765932104 9876543210".split(
  " ",
);
const P = "0123456789 1576283094 5803796142 8916043527 9453126870 4286573901 2793806415 7046913258".split(" ");
const verhoeff = (id: string) =>
  values(id)
    .reverse()
    .reduce((check, digit, index) => Number(D[check]?.[Number(P[index % 8]?.[digit])]), 0) === 0;

const germanTax = (id: string) => {
  let rest = 10;
  for (const digit of values(id.slice(0, 10))) {
    const sum = (digit + rest) % 10;
    rest = (2 * (sum === 0 ? 10 : sum)) % 11;
  }
  const check = 11 - rest;
  return (check === 10 ? 0 : check) === Number(id[10]);
};
/** Ten digits of which one stands there twice (or, not in a row, three times). */
const germanTaxBody = fc
  .tuple(fc.shuffledSubarray([...DIGITS], { minLength: 10, maxLength: 10 }), fc.boolean())
  .map(([order, thrice]) => {
    const all = thrice ? [...order.slice(0, 8), order[0], order[0]] : [...order.slice(0, 9), order[0]];
    return [...all.slice(1, 5), all[0], ...all.slice(5)].join("");
  })
  .filter((body) => !body.startsWith("0") && !/(\d)\1\1/.test(body));

const brazilian = (length: number) => (id: string) => {
  const value = (c: string) => c.charCodeAt(0) - 48;
  const weights = length === 9 ? [10, 9, 8, 7, 6, 5, 4, 3, 2] : [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
  const first = [...id.slice(0, length)].reduce((sum, c, i) => sum + value(c) * (weights[i] ?? 0), 0) % 11;
  const longer = length === 9 ? [11, ...weights] : [6, ...weights];
  const second = [...id.slice(0, length + 1)].reduce((sum, c, i) => sum + value(c) * (longer[i] ?? 0), 0) % 11;
  const digit = (rest: number) => String(rest < 2 ? 0 : 11 - rest);
  return id.slice(length) === digit(first) + digit(second);
};

const SG: Record<string, readonly [number, string]> = {
  S: [0, "ABCDEFGHIZJ"],
  T: [4, "ABCDEFGHIZJ"],
  F: [0, "KLMNPQRTUWX"],
  G: [4, "KLMNPQRTUWX"],
  M: [3, "KLJNPQRTUWX"],
};
const singaporean = (id: string) => {
  const [added, table] = SG[id.charAt(0)] ?? [0, ""];
  return table[10 - ((dot(id.slice(1, 8), [2, 7, 6, 5, 4, 3, 2]) + added) % 11)] === id[8];
};

const mod97 = (text: string) => Number(97n - (BigInt(text) % 97n));
const french = (id: string) => mod97(id.slice(0, 13).replace("2A", "19").replace("2B", "18")) === Number(id.slice(13));
const letterFor = (alphabet: string) => [...alphabet];

export const GENERATED: readonly Generated[] = [
  { entity: "es_nif", id: number(8).map((n) => n + dni(n)), detectsOneDigit: true },
  { entity: "es_nif", id: number(7).map((n) => `X${n}${dni(n)}`), detectsOneDigit: true },
  { entity: "es_nif", id: number(7).map((n) => `Y-${n}-${dni(`1${n}`)}`), detectsOneDigit: true },
  { entity: "es_nif", id: number(7).map((n) => `Z${n}${dni(`2${n}`)}`), detectsOneDigit: true },
  {
    entity: "pt_nif",
    id: checked(number(8, "123"), ONE, (id) => dot(id, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0),
    word: "NIF",
    detectsOneDigit: false,
  },
  {
    entity: "it_fiscal_code",
    id: checked(
      fc
        .tuple(chars(LETTERS, 6), day, chars("ABCDEHLMPRST", 1), chars(LETTERS, 1), number(3))
        .map(([name, [y, , d], m, town, n]) => name + y + m + d + town + n),
      letterFor(LETTERS),
      italian,
    ),
    detectsOneDigit: true,
  },
  {
    entity: "pl_pesel",
    id: checked(
      fc.tuple(yymmdd, number(4)).map((parts) => parts.join("")),
      ONE,
      (id) => (10 - (dot(id.slice(0, 10), [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === Number(id[10]),
    ),
    word: "PESEL",
    detectsOneDigit: true,
  },
  { entity: "de_tax_id", id: checked(germanTaxBody, ONE, germanTax).map((id) => grouped(id, "2 3 3 3")), detectsOneDigit: true },
  { entity: "de_tax_id", id: checked(germanTaxBody, ONE, germanTax), word: "Steuer-ID", detectsOneDigit: true },
  {
    entity: "de_id_card",
    id: checked(
      fc.tuple(chars("LMNPRTVWXY", 1), chars("0123456789CFGHJKLMNPRTVWXYZ", 7), number(1)).map((parts) => parts.join("")),
      ONE,
      (id) =>
        [...id.slice(0, 9)].reduce((sum, c, i) => sum + Number.parseInt(c, 36) * Number("731"[i % 3]), 0) % 10 === Number(id[9]),
    ),
    word: "Personalausweis",
    detectsOneDigit: true,
  },
  {
    entity: "fr_nir",
    id: checked(
      fc
        .tuple(
          chars("12", 1),
          day,
          fc.oneof(fc.integer({ min: 1, max: 95 }).map(two), fc.constantFrom("2A", "2B")),
          number(3),
          number(3),
        )
        .map(([sex, [y, m], place, town, rank]) => sex + y + m + place + town + rank),
      TWO,
      french,
    ),
    detectsOneDigit: true,
  },
  {
    entity: "be_nrn",
    id: checked(
      fc.tuple(yymmdd, number(3)).map((parts) => parts.join("")),
      TWO,
      (id) => mod97(id.slice(0, 9)) === Number(id.slice(9)),
    ).map((id) => grouped(id, "2.2.2-3.2")),
    detectsOneDigit: false,
  },
  {
    entity: "be_nrn",
    id: checked(
      fc.tuple(yymmdd, number(3)).map((parts) => parts.join("")),
      TWO,
      (id) => mod97(`2${id.slice(0, 9)}`) === Number(id.slice(9)),
    ),
    detectsOneDigit: false,
  },
  {
    entity: "nl_bsn",
    id: checked(number(8), ONE, (id) => (dot(id.slice(0, 8), [9, 8, 7, 6, 5, 4, 3, 2]) - Number(id[8])) % 11 === 0),
    word: "BSN",
    detectsOneDigit: true,
  },
  {
    entity: "ch_ahv",
    id: checked(
      number(9).map((n) => `756${n}`),
      ONE,
      (id) => (10 - (dot(id, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === Number(id[12]),
    ).map((id) => grouped(id, "3.4.4.2")),
    detectsOneDigit: true,
  },
  {
    entity: "gb_nhs",
    id: checked(number(9), ONE, (id) => dot(id, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0).map((id) => grouped(id, "3 3 4")),
    detectsOneDigit: true,
  },
  {
    entity: "gb_nino",
    id: fc.tuple(chars("ABCEHJLMPRSWXY", 2), number(6), chars("ABCD", 1)).map((parts) => parts.join("")),
    detectsOneDigit: false,
  },
  {
    entity: "se_personnummer",
    id: checked(
      fc.tuple(yymmdd, number(3)).map((parts) => parts.join("")),
      ONE,
      luhn,
    ).map((id) => grouped(id, "6-4")),
    detectsOneDigit: true,
  },
  {
    entity: "fi_hetu",
    id: fc
      .tuple(ddmmyy, chars("-+ABCDEFYXWVU", 1), number(3))
      .map(([date, sign, n]) => date + sign + n + "0123456789ABCDEFHJKLMNPRSTUVWXY"[Number(date + n) % 31]),
    detectsOneDigit: true,
  },
  { entity: "dk_cpr", id: fc.tuple(ddmmyy, number(4)).map((parts) => parts.join("-")), word: "CPR", detectsOneDigit: false },
  {
    entity: "no_fodselsnummer",
    id: checked(
      fc.tuple(ddmmyy, number(3)).map((parts) => parts.join("")),
      TWO,
      (id) => dot(id, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 && dot(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
    ),
    detectsOneDigit: true,
  },
  {
    entity: "in_aadhaar",
    id: checked(number(11, "23456789"), ONE, verhoeff).map((id) => grouped(id, "4 4 4")),
    detectsOneDigit: true,
  },
  {
    entity: "in_pan",
    id: fc
      .tuple(chars(LETTERS, 3), chars("ABCFGHLJPT", 1), chars(LETTERS, 1), number(4, "123456789"), chars(LETTERS, 1))
      .map((parts) => parts.join("")),
    detectsOneDigit: false,
  },
  {
    entity: "sg_nric",
    id: checked(
      fc.tuple(chars("STFGM", 1), number(7)).map((parts) => parts.join("")),
      letterFor(LETTERS),
      singaporean,
    ),
    detectsOneDigit: true,
  },
  {
    entity: "cn_resident_id",
    id: checked(
      fc.tuple(number(6, "1234568"), fc.constantFrom("19", "20"), yymmdd, number(3)).map((parts) => parts.join("")),
      [...ONE, "X"],
      (id) => [...id].reduce((rest, c) => (rest * 2 + (c === "X" ? 10 : Number(c))) % 11, 0) === 1,
    ),
    detectsOneDigit: true,
  },
  {
    entity: "jp_my_number",
    id: checked(number(11), ONE, (id) => dot(id, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0),
    word: "My Number",
    detectsOneDigit: false,
  },
  {
    entity: "kr_rrn",
    id: checked(
      fc.tuple(yymmdd, number(6, "1234")).map((parts) => parts.join("")),
      ONE,
      (id) => (11 - (dot(id, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10 === Number(id[12]),
    ).map((id) => grouped(id, "6-7")),
    detectsOneDigit: false,
  },
  {
    entity: "th_id",
    id: checked(
      number(12, "12345678"),
      ONE,
      (id) => (11 - (dot(id, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === Number(id[12]),
    ).map((id) => grouped(id, "1-4-5-2-1")),
    detectsOneDigit: false,
  },
  { entity: "il_id", id: checked(number(8), ONE, luhn), word: "Israeli ID", detectsOneDigit: true },
  {
    entity: "tr_kimlik",
    id: checked(number(9, "123456789"), TWO, (id) => {
      const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0, tenth = 0, last = 0] = values(id);
      const odd = a + c + e + g + i;
      const even = b + d + f + h;
      return (((odd * 7 - even) % 10) + 10) % 10 === tenth && (odd + even + tenth) % 10 === last;
    }),
    word: "TCKN",
    detectsOneDigit: true,
  },
  {
    entity: "za_id",
    id: checked(
      fc.tuple(yymmdd, number(4), chars("01", 1), chars("89", 1)).map((parts) => parts.join("")),
      ONE,
      luhn,
    ).map((id) => grouped(id, "6 4 3")),
    detectsOneDigit: true,
  },
  {
    entity: "au_tfn",
    id: checked(number(8, "123456789"), ONE, (id) => dot(id, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0),
    word: "TFN",
    detectsOneDigit: true,
  },
  {
    entity: "au_medicare",
    id: checked(
      number(8, "23456"),
      ONE.map((digit) => `${digit}1`),
      (id) => dot(id, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(id[8]),
    ).map((id) => grouped(id, "4 5 1")),
    detectsOneDigit: false,
  },
  {
    entity: "au_abn",
    id: number(9)
      .map((n) => `${11 + ((((-dot(n, [3, 5, 7, 9, 11, 13, 15, 17, 19]) - 1) % 89) + 89) % 89)}${n}`)
      .map((id) => grouped(id, "2 3 3 3")),
    detectsOneDigit: true,
  },
  { entity: "br_cpf", id: checked(number(9), TWO, brazilian(9)).map((id) => grouped(id, "3.3.3-2")), detectsOneDigit: false },
  {
    entity: "br_cnpj",
    id: checked(number(12), TWO, brazilian(12)).map((id) => grouped(id, "2.3.3/4-2")),
    detectsOneDigit: false,
  },
  {
    entity: "br_cnpj",
    id: checked(
      fc.tuple(number(1), chars(DIGITS + LETTERS, 11)).map((parts) => parts.join("")),
      TWO,
      brazilian(12),
    ).map((id) => grouped(id, "2.3.3/4-2")),
    detectsOneDigit: false,
  },
  { entity: "ca_sin", id: checked(number(8, "1234567"), ONE, luhn).map((id) => grouped(id, "3-3-3")), detectsOneDigit: true },
  {
    entity: "mx_curp",
    id: checked(
      fc
        .tuple(
          chars(LETTERS, 1),
          chars("AEIOU", 1),
          chars(LETTERS, 2),
          yymmdd,
          chars("HM", 1),
          fc.constantFrom("DF", "JC", "NE", "OC", "VZ"),
          chars("BCDFGHJKLMNPQRSTVWXYZ", 3),
          chars(DIGITS + LETTERS, 1),
        )
        .map((parts) => parts.join("")),
      ONE,
      (id) =>
        (10 -
          ([...id.slice(0, 17)].reduce((sum, c, i) => sum + "0123456789ABCDEFGHIJKLMN OPQRSTUVWXYZ".indexOf(c) * (18 - i), 0) %
            10)) %
          10 ===
        Number(id[17]),
    ),
    detectsOneDigit: false,
  },
];
