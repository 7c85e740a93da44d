import fc from "fast-check";
import { WordList } from "../../../plugins/redact/custom/word-list";
import { found } from "./support";

const listOf = (words: readonly string[]) =>
  new WordList(
    words.map((word) => [word, "word"] as const),
    false,
  );

const WORDS = {
  words: ["Falcon", "Project Blue Heron", "AT&T", "C++", ".env", "Straße", "Müller", "田中太郎", "Blue", "ΣΑΣ", "O'Neil"],
};

test.each([
  ["The falcon has landed", ["falcon"]],
  ["FALCON, Falcon's and (falcon)", ["FALCON", "Falcon", "falcon"]],
  ["falcons, afalcon, falcon_1, falcon2", []],
  ["project blue heron", ["project blue heron"]],
  ["Project  Blue\n\tHeron!", ["Project  Blue\n\tHeron"]],
  ["Project Blue", ["Blue"]],
  ["Project Blue Herons", ["Blue"]],
  ["project-blue-heron", ["blue"]],
  ["AT&T and at&t, AT&TX", ["AT&T", "at&t"]],
  ["C++ and c++17, C+", ["C++", "c++"]],
  ["the .env file and .environment", [".env"]],
  ["in der STRASSE", ["STRASSE"]],
  ["Herr Mu\u0308ller und Herr MÜLLER", ["Mu\u0308ller", "MÜLLER"]],
  ["Mül\u00adler", ["Mül\u00adler"]],
  ["ＦＡＬＣＯＮ", ["ＦＡＬＣＯＮ"]],
  ["田中太郎さんと田中", ["田中太郎"]],
  ["σας", ["σας"]],
  ["o'neil", ["o'neil"]],
  ["😀falcon😀", ["falcon"]],
  ["", []],
])("%j", (text, expected) => {
  expect(found(WORDS, text)).toEqual(expected);
});

test("with case", () => {
  expect(found({ words: ["Mark", "Straße"], case_sensitive: true }, "mark Mark MARK STRASSE Straße")).toEqual(["Mark", "Straße"]);
});

test("the longest word of those that begin alike", () => {
  const words = ["New", "New York", "New York City Hall"];
  expect(found({ words }, "New York City and New York City Hall, New")).toEqual(["New York", "New York City Hall", "New"]);
});

test("a pattern and words in one: what both find is found once", () => {
  const it = { pattern: "P-\\d+", words: ["P-1 Falcon", "Falcon"] };
  expect(found(it, "P-1 Falcon, P-2, Falcon")).toEqual(["P-1 Falcon", "P-2", "Falcon"]);
});

test("each word of a list is found in any text of other words", () => {
  const word = fc.stringMatching(/^[a-zäß]{2,8}( [a-z田]{1,6}){0,2}$/);
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), fc.nat(), (words, at) => {
      const one = words[at % words.length] ?? "";
      const text = `0, ${one.toUpperCase()}. 1`;
      const [hit, ...more] = listOf(words).find(text);
      // Another word of the list may begin with it, and none is in front of it.
      expect(more.length === 0 || hit !== undefined).toBe(true);
      expect(hit?.start).toBe(3);
    }),
    { seed: 6 },
  );
});

test("a list of 10,000 words, a mebibyte of text, and what is nearly a word over and over", () => {
  const words = Array.from({ length: 10_000 }, (_, at) => `${["alpha", "beta", "the"][at % 3]} ${at.toString(36)} word${at}`);
  const list = listOf([...words, "a ".repeat(100)]);
  const rows = ["the quick brown fox jumps over ", "alpha beta the ", "a ", "a", "é", "田", "the 5 word5 ", " ", "\u0301"].map(
    (unit) => {
      const text = unit.repeat(Math.ceil((1 << 20) / unit.length));
      const start = process.hrtime.bigint();
      const count = list.find(text).length;
      return `${JSON.stringify(unit)}: ${(Number(process.hrtime.bigint() - start) / 1e6).toFixed(0)} ms, ${count}`;
    },
  );
  console.info(["1 MiB:", ...rows].join("\n"));
  expect(list.find("say THE 5 Word5 now")).toEqual([{ start: 4, end: 15, label: "word" }]);
}, 60_000);
