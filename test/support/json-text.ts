import fc from "fast-check";

/** JSON text as hostile or merely odd clients write it: any white space, any spelling of letters, numbers with exponents, strange keys. */
const space = fc.string({ unit: fc.constantFrom(" ", "\n", "\r", "\t"), maxLength: 3 });

/** All that has a meaning in JSON or a trap in UTF-8 and UTF-16: structure, controls, 1 to 4 bytes, lone surrogates, the last letter. */
const letter = fc.constantFrom(
  ...['"', "\\", "/", "{", "}", "[", "]", ",", ":", " ", "\n", "\r", "\t", "\b", "\f", "\0", "\u001f", "\u007f", "a", "B", "7"],
  ...[
    "\u0080",
    "\u00e9",
    "\u0301",
    "\u2028",
    "\u2029",
    "\u6f22",
    "\ufeff",
    "\uffff",
    "\u{1f600}",
    "\u{10ffff}",
    "\ud800",
    "\udc00",
  ],
);

const SHORT: Readonly<Record<string, string>> = { "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "/": "\\/" };

/** One spelling of a string: raw where JSON allows it, `\uXXXX` or a short escape where `escapes` says so (or must). */
export function spell(text: string, escapes: readonly boolean[]): string {
  let out = '"';
  for (const [at, char] of [...text].entries()) {
    const raw = char >= " " && char !== '"' && char !== "\\" && !/\p{Surrogate}/u.test(char);
    if (raw && escapes[at % Math.max(1, escapes.length)] !== true) out += char;
    else if (char === '"' || char === "\\") out += `\\${char}`;
    else out += SHORT[char] ?? units(char);
  }
  return `${out}"`;
}

/** Every letter as `\uXXXX`. */
export function spellOut(text: string): string {
  return `"${units(text)}"`;
}

function units(text: string): string {
  return text.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const text = fc.array(letter, { maxLength: 8 }).map((letters) => letters.join(""));
const stringText = fc.tuple(text, fc.array(fc.boolean(), { maxLength: 5 })).map(([it, escapes]) => spell(it, escapes));

export const keyName = fc.oneof(
  fc.constantFrom("model", "messages", "stream", "__proto__", "constructor", "toString", "0", "1", "", "é", "😀", 'a"b', "a\\b"),
  text,
);

const numberText = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((it) => JSON.stringify(it)),
  fc.constantFrom("0", "-0", "1e5", "1E+5", "0.1e-7", "123456789012345678901234567890"),
);

/** An object's text from its keys and the texts of its values. */
function objectText(
  members: readonly (readonly [string, string])[],
  spaces: readonly string[],
  escapes: readonly boolean[],
): string {
  let at = 0;
  const gap = (): string => spaces[at++ % Math.max(1, spaces.length)] ?? "";
  const written = members.map(([key, value]) => `${gap()}${spell(key, escapes)}${gap()}:${gap()}${value}${gap()}`);
  return `{${written.length === 0 ? gap() : written.join(",")}}`;
}

const tree = fc.letrec<{ value: string; array: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(stringText, numberText, fc.constantFrom("true", "false", "null")),
    tie("array"),
    tie("object"),
  ),
  array: fc
    .tuple(fc.array(tie("value"), { maxLength: 4 }), space)
    .map(([items, gap]) => `[${items.length === 0 ? gap : items.map((item) => gap + item + gap).join(",")}]`),
  object: fc
    .tuple(
      fc.uniqueArray(fc.tuple(keyName, tie("value")), { selector: ([key]) => key, maxLength: 20, size: "small" }),
      fc.array(space, { maxLength: 7 }),
      fc.array(fc.boolean(), { maxLength: 5 }),
    )
    .map(([members, spaces, escapes]) => objectText(members, spaces, escapes)),
}));

export const jsonValueText: fc.Arbitrary<string> = tree.value;
/** Without white space around it. */
export const jsonObjectText: fc.Arbitrary<string> = tree.object;
/** As a body: white space around it. */
export const jsonBody: fc.Arbitrary<string> = fc.tuple(space, tree.object, space).map((parts) => parts.join(""));
