import fc from "fast-check";
import { LONGEST_HELD, type TextForm, TextRestorer } from "../../plugins/redact/restore-text";
import { type Spelling, Vault } from "../../plugins/redact/vault";

const plain = (text: string): Spelling => ({ text, json: JSON.stringify(text).slice(1, -1), bare: false });

function vaultOf(...values: readonly (readonly [string, Spelling])[]): Vault {
  const vault = new Vault();
  for (const [entity, value] of values) vault.placeholder(entity, value, "client");
  return vault;
}

const VAULT = vaultOf(
  ["email", plain("bob@example.com")],
  ["person_name", plain('Zoë "Z" 😀\nX')],
  ["credit_card", { text: "4111111111111111", json: "4111111111111111", bare: true }],
);

/** Fed in pieces; each piece held back no longer than said. */
function restore(text: string, form: TextForm, size = text.length, vault = VAULT): string {
  const restorer = new TextRestorer({ vault, form, allows: () => true });
  let out = "";
  let sent = 0;
  for (let at = 0; at < text.length; at += size) {
    const piece = text.slice(at, at + size);
    const made = restorer.push(piece);
    sent += piece.length;
    out += made;
    expect(sent - restorer.offsets.moved(0, "start")).toBeGreaterThanOrEqual(0);
  }
  return out + restorer.end();
}

const CASES: readonly (readonly [TextForm, string, string])[] = [
  ["text", "to <EMAIL_1>.", "to bob@example.com."],
  ["text", "<EMAIL_1><email-1>< Email 1 >", "bob@example.combob@example.combob@example.com"],
  ["text", "&lt;EMAIL_1&gt; \\u003cEMAIL_1\\u003e <EMAIL\\_1>", "bob@example.com bob@example.com bob@example.com"],
  ["text", "<PERSON_NAME_1>", 'Zoë "Z" 😀\nX'],
  ["text", "<EMAIL_2> <IBAN_1> <b> a<b && c>d \\n", "<EMAIL_2> <IBAN_1> <b> a<b && c>d \\n"],
  ["text", "<<EMAIL_1>> <EMAIL_1", "<bob@example.com> <EMAIL_1"],
  ["text", "<CREDIT_CARD_1>", "4111111111111111"],
  ["json", '{"a":"<PERSON_NAME_1>"}', '{"a":"Zoë \\"Z\\" 😀\\nX"}'],
  ["json", '{"a":"x <EMAIL_1> \\u003cEMAIL_1\\u003e"}', '{"a":"x bob@example.com bob@example.com"}'],
  ["json", '{"a":"<CREDIT_CARD_1>"}', '{"a":4111111111111111}'],
  ["json", '["<CREDIT_CARD_1>" , "<Credit Card 1>"\n]', "[4111111111111111 , 4111111111111111\n]"],
  ["json", '{"<CREDIT_CARD_1>" : 1}', '{"4111111111111111" : 1}'],
  ["json", '{"a":"no <CREDIT_CARD_1>"}', '{"a":"no 4111111111111111"}'],
  ["json", '{"a":"\\"<CREDIT_CARD_1>\\", b"}', '{"a":"\\"4111111111111111\\", b"}'],
  ["json", '{"a":"\\\\","b":"<CREDIT_CARD_1>"}', '{"a":"\\\\","b":4111111111111111}'],
  ["json", '{"a":"{\\"b\\":\\"<PERSON_NAME_1>\\"}"}', '{"a":"{\\"b\\":\\"Zoë \\\\\\"Z\\\\\\" 😀\\\\nX\\"}"}'],
  ["json", '{"a":"say \\"hi\\" to <PERSON_NAME_1>"}', '{"a":"say \\"hi\\" to Zoë \\"Z\\" 😀\\nX"}'],
  ["json", '{"a":"say \\"hi","b":"<PERSON_NAME_1>"}', '{"a":"say \\"hi","b":"Zoë \\"Z\\" 😀\\nX"}'],
  ["text", "\\\\\\\\u003cEMAIL_1\\\\\\\\u003e \\\\\\u003cEMAIL_1>", "bob@example.com \\\\bob@example.com"],
  ["json", '{"a":"b\\\\","c":"<PERSON_NAME_1>"}', '{"a":"b\\\\","c":"Zoë \\"Z\\" 😀\\nX"}'],
];

describe.each(CASES)("%s %s", (form, text, expected) => {
  test.each([1, 2, 3, 7, 1000])("in pieces of %i", (size) => {
    expect(restore(text, form, size)).toBe(expected);
  });
});

test.each(CASES.filter(([form]) => form === "json"))("%s %s is JSON afterwards", (form, text) => {
  expect(() => JSON.parse(restore(text, form)) as unknown).not.toThrow();
});

test("wherever it is split, halves of characters and runs of backslashes included, the text is the same", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "<EMAIL_1>",
      "&lt;email 1&gt;",
      "\\u003cPERSON_NAME_1\\u003e",
      '"<CREDIT_CARD_1>"',
      "<EMAIL_9>",
      "<",
      "&",
      '"',
      "\\",
      "😀",
      ",",
    ),
    fc.string({
      unit: fc.constantFrom("\\", '"', "<", "&", "l", "t", ";", "u", "0", "E", "M", "_", "1", ">", "𝒳"),
      maxLength: 12,
    }),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 8 }).map((list) => list.join("")),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
      fc.constantFrom<TextForm>("text", "json"),
      (text, sizes, form) => {
        const restorer = new TextRestorer({ vault: VAULT, form, allows: () => true });
        let out = "";
        for (let at = 0, turn = 0; at < text.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          out += restorer.push(text.slice(at, at + size));
          at += size;
        }
        expect(out + restorer.end()).toBe(restore(text, form));
      },
    ),
    { numRuns: 3000, seed: 5 },
  );
});

test("never more is held back than is said", () => {
  const piece = fc.string({
    unit: fc.constantFrom("<", "&lt;", "\\", '"', "E", "M", "A", "I", "L", "_", " ", "1", "\\u003c"),
    maxLength: 400,
  });
  fc.assert(
    fc.property(piece, fc.constantFrom<TextForm>("text", "json"), (text, form) => {
      const restorer = new TextRestorer({ vault: VAULT, form, allows: () => true });
      let out = 0;
      for (const [at, unit] of [...text].entries()) {
        out += restorer.push(unit).length;
        // Values are longer than their placeholders here: what is out is no less than what came of it.
        expect(at + 1 - out).toBeLessThanOrEqual(LONGEST_HELD);
      }
    }),
    { numRuns: 1000, seed: 6 },
  );
});

test("text with nothing in it comes out as it came, at once", () => {
  const restorer = new TextRestorer({ vault: VAULT, form: "text", allows: () => true });
  for (const text of ["hello", " world > 1", "{}", '"quoted"']) expect(restorer.push(text)).toBe(text);
});

test("two placeholders that are read alike are told apart by their spelling, or left", () => {
  const vault = vaultOf(["id", plain("ten")], ["id_1", plain("a")]);
  for (let at = 0; at < 10; at += 1) vault.placeholder("id", plain(`id ${at}`), "client");
  expect(restore("<ID_1_1> <ID_11> <id 11>", "text", 3, vault)).toBe("a id 9 <id 11>");
});

test("offsets move with what was replaced", () => {
  const restorer = new TextRestorer({ vault: VAULT, form: "text", allows: () => true });
  const text = "see <EMAIL_1> now";
  const out = [...text].map((unit) => restorer.push(unit)).join("") + restorer.end();
  const { offsets } = restorer;
  expect(out.slice(offsets.moved(4, "start"), offsets.moved(13, "end"))).toBe("bob@example.com");
  expect(out.slice(offsets.moved(6, "start"), offsets.moved(9, "end"))).toBe("bob@example.com");
  expect(out.slice(offsets.moved(14, "start"), offsets.moved(17, "end"))).toBe("now");
});
