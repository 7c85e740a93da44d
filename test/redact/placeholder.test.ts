import { Lookalikes } from "../../plugins/redact/lookalikes";
import { LONGEST_PLACEHOLDER, labelOf, readPlaceholder, starts } from "../../plugins/redact/placeholder";

const any = (): boolean => true;

function first(text: string): string | undefined {
  for (const start of starts(text)) {
    const read = readPlaceholder(text, start, any);
    if (typeof read !== "string") return `${read.name} ${text.slice(start, read.end)}`;
  }
  return undefined;
}

test.each([
  ["<EMAIL_1>", "EMAIL1 <EMAIL_1>"],
  ["x <email_1>.", "EMAIL1 <email_1>"],
  ["<Email-1>", "EMAIL1 <Email-1>"],
  ["< EMAIL _ 1 >", "EMAIL1 < EMAIL _ 1 >"],
  ["<EMAIL1>", "EMAIL1 <EMAIL1>"],
  ["<Credit Card 12>", "CREDITCARD12 <Credit Card 12>"],
  ["<CREDIT\\_CARD\\_12>", "CREDITCARD12 <CREDIT\\_CARD\\_12>"],
  ["&lt;EMAIL_1&gt;", "EMAIL1 &lt;EMAIL_1&gt;"],
  ["&LT;EMAIL&#95;1&GT;", "EMAIL1 &LT;EMAIL&#95;1&GT;"],
  ["&#60;EMAIL_1&#x3e;", "EMAIL1 &#60;EMAIL_1&#x3e;"],
  ["\\u003cEMAIL_1\\u003e", "EMAIL1 \\u003cEMAIL_1\\u003e"],
  ["\\\\u003CEMAIL\\\\u005f1\\\\u003E", "EMAIL1 \\\\u003CEMAIL\\\\u005f1\\\\u003E"],
  ["\\\\\\u003cEMAIL_1>", "EMAIL1 \\u003cEMAIL_1>"],
  ["\u00a0<EMAIL\u00a01>", "EMAIL1 <EMAIL\u00a01>"],
  ["<<EMAIL_1>>", "EMAIL1 <EMAIL_1>"],
  ["a < b <EMAIL_1>", "EMAIL1 <EMAIL_1>"],
])("%s is read", (text, found) => {
  expect(first(text)).toBe(found);
});

test.each([
  "EMAIL_1",
  "<EMAIL_1",
  "EMAIL_1>",
  "<EMAIL+1>",
  "<>",
  "< >",
  "<EMAIL\n_1>",
  "&amp;lt;EMAIL_1&amp;gt;",
  "[EMAIL_1]",
  `<${"A".repeat(200)}_1>`,
])("%s is not", (text) => {
  expect(first(text)).toBeUndefined();
});

test("every beginning of one may go on, and nothing longer than the longest", () => {
  for (const text of ["<EMAIL_1>", "&lt;EMAIL_1&gt;", "\\u003cEMAIL_1\\u003e", "\\\\u003cEMAIL_1\\\\u003e"]) {
    for (let end = 1; end < text.length; end += 1) expect(readPlaceholder(text.slice(0, end), 0, any)).toBe("more");
  }
  expect(readPlaceholder(`<${"_".repeat(LONGEST_PLACEHOLDER)}`, 0, any)).toBe("none");
});

test("what no placeholder begins with is let go at once", () => {
  const couldBe = (name: string): boolean => "EMAIL1".startsWith(name);
  expect(readPlaceholder("<em", 0, couldBe)).toBe("more");
  expect(readPlaceholder("<emx", 0, couldBe)).toBe("none");
});

test("labels are capitals, digits and _, whatever entities are called", () => {
  expect(labelOf("credit_card")).toBe("CREDIT_CARD");
  expect(labelOf("naïve thing")).toBe("NA_VE_THING");
  expect(labelOf("日本")).toBe("VALUE");
  expect(labelOf("x".repeat(99))).toHaveLength(48);
});

test("look-alikes are what is named as something here, with a number; others are text", () => {
  const lookalikes = new Lookalikes(["email", "sha256"]);
  const found = (text: string): readonly string[] => lookalikes.find(text).map(({ start, end }) => text.slice(start, end));
  expect(found("a <EMAIL_1> <email 22> <TEXT_3> <h1> <div> <EMAIL> <IBAN_1> <sha256_1> <sha 2561>")).toEqual([
    "<EMAIL_1>",
    "<email 22>",
    "<TEXT_3>",
    "<sha256_1>",
    "<sha 2561>",
  ]);
});
