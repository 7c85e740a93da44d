/** Values by the grammars of detectors that need no words around them, and texts they stand in. */
import fc from "fast-check";

const digits = (count: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: count, maxLength: count }).map((list) => list.join(""));

const letters = (min: number, max: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz"), minLength: min, maxLength: max });

function luhn(body: string): string {
  const sum = [...body].reverse().reduce((total, digit, at) => {
    const value = at % 2 === 0 ? Number(digit) * 2 : Number(digit);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return body + String((10 - (sum % 10)) % 10);
}

const inFours = (number: string, between: string): string => number.replace(/.{4}(?=.)/g, `$&${between}`);

const card = fc
  .tuple(fc.constantFrom("4", "51", "55"), digits(14), fc.constantFrom("", " ", "-"))
  .map(([network, body, between]) => inFours(luhn((network + body).slice(0, 15)), between));

const email = fc
  .tuple(letters(2, 9), letters(3, 9), fc.constantFrom("com", "org", "de", "co.uk"))
  .map(([name, host, top]) => `${name}.q@${host}q.${top}`);

const iban = digits(18).map((account) => {
  const checked = [...`${account}131400`].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0);
  return `DE${String(98 - checked).padStart(2, "0")}${account}`;
});

/** Large ones: small ones may be versions or numbers of chapters. */
const ip = fc
  .tuple(fc.integer({ min: 100, max: 200 }), fc.nat(255), fc.nat(255), fc.integer({ min: 20, max: 254 }))
  .map((parts) => parts.join("."));

const token = fc
  .string({ unit: fc.constantFrom(..."abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"), minLength: 36, maxLength: 36 })
  .map((body) => `ghp_${body}`);

export const planted = fc.oneof(card, email, iban, ip, token);

/** Of these, restorers think they are placeholders. */
export const lookalike = fc.constantFrom(
  "<EMAIL_1>",
  "<email_2>",
  "<Credit Card 1>",
  "&lt;IBAN_1&gt;",
  "\\u003cTEXT_1\\u003e",
  "<EMAIL-1>",
  "<TEXT_3>",
);

/** No digits, and none of the signs that go with them: what stands around a value must not become part of it. */
export const filler = fc.string({
  unit: fc.constantFrom(..."abcdeXYZ äßй漢字😀𝒳\n\t\"'\\<>&{}[],?!$*|~`"),
  maxLength: 30,
});

const around = fc.constantFrom(
  [" ", " "],
  ["\n", "\n"],
  ["(", ")"],
  ['"', '"'],
  ["'", "',"],
  ["\t", " \n"],
  [" <", "> "],
  ["漢 ", " 字"],
  ["😀 ", " 😀"],
);

export interface Text {
  readonly text: string;
  readonly values: readonly string[];
}

export const textWith = fc
  .array(
    fc.tuple(
      filler,
      around,
      fc.oneof(
        { weight: 4, arbitrary: planted.map((value) => ({ value, secret: true })) },
        { weight: 1, arbitrary: lookalike.map((value) => ({ value, secret: false })) },
      ),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map(
    (pieces): Text => ({
      text: pieces.map(([before, [open, close], { value }]) => `${before}${open}${value}${close}`).join(" "),
      values: pieces.filter(([, , { secret }]) => secret).map(([, , { value }]) => value),
    }),
  );

/** JSON of any shape that holds them: in values, names, numbers and JSON within strings. */
export const jsonWith = fc.array(fc.tuple(textWith, fc.nat(5)), { minLength: 1, maxLength: 3 }).map((items) => {
  const value = items.reduce<unknown>((inner, [{ text, values }, shape]) => {
    const number = values.find((it) => /^\d{15,16}$/.test(it));
    if (shape === 0) return { deep: { [text]: inner } };
    if (shape === 1) return [text, inner, true, null, 1.5];
    if (shape === 2) return { text, inner: JSON.stringify({ text, inner }) };
    if (shape === 3) return { card: number === undefined ? text : Number(number), inner };
    if (shape === 4) return { __proto_: text, list: [[{ text }]], inner };
    return { ["__proto__x"]: inner, "a b": text };
  }, {});
  return { value: { all: value }, values: items.flatMap(([{ values }]) => values) };
});
