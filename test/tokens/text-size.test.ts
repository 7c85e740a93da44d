import fc from "fast-check";
import type { EncodingName } from "../../plugins/tokens";
import { sizesOf } from "../../plugins/tokens/text-size";
import { Tokenizer } from "../../plugins/tokens/tokenizer";
import { NASTY, OTHERS, PROSE } from "./support/corpus";
import { randomText } from "./support/random-text";
import { tablesOf } from "./support/tables";

const ENCODINGS: readonly EncodingName[] = ["o200k_base", "cl100k_base"];
const MEGABYTE = 2 ** 20;
const MOST_READ = 128 * 1024;

describe.each(ENCODINGS)("bounds hold for %s", (encoding) => {
  const tokenizer = new Tokenizer(tablesOf(encoding));
  const check = (text: string): void => {
    const [size] = sizesOf([text]);
    const count = tokenizer.count(text);
    expect(size?.low).toBeLessThanOrEqual(count);
    expect(size?.high).toBeGreaterThanOrEqual(count);
    expect(size?.estimate).toBeGreaterThanOrEqual(size?.low ?? Number.NaN);
    expect(size?.estimate).toBeLessThanOrEqual(size?.high ?? Number.NaN);
  };

  test("of random text", () => {
    fc.assert(fc.property(randomText, check), { seed: 8, numRuns: 3000 });
  });

  test.each(Object.entries({ ...PROSE, ...OTHERS, empty: "" }))("of %s", (_, text) => check(text));

  test.each(["a", " ", "中", "😀", "\n", "1", "a b ", "/ ", "ab1"])("of more than is read of %j", (unit) => {
    check(unit.repeat((MOST_READ + 50_000) / unit.length));
  });

  test("no token is longer than the lower bound reckons with", () => {
    expect(tablesOf(encoding).vocabulary.longest).toBeLessThanOrEqual(128);
  });
});

describe("the estimate", () => {
  const tokenizer = new Tokenizer(tablesOf("o200k_base"));
  const error = (text: string): number => (sizesOf([text])[0]?.estimate ?? 0) / tokenizer.count(text) - 1;

  test.each(Object.entries(PROSE))("is within 35 %% on two sentences of %s", (_, text) => {
    expect(Math.abs(error(text))).toBeLessThan(0.35);
  });

  test("is within 10 % on prose of many languages together, and on code", () => {
    expect(Math.abs(error(Object.values(PROSE).join("\n")))).toBeLessThan(0.1);
    expect(Math.abs(error(OTHERS["code"] ?? ""))).toBeLessThan(0.1);
  });

  test("of a text that is only sampled is close to that of the whole", () => {
    const text = Object.values(PROSE).join("\n").repeat(100);
    expect(text.length).toBeGreaterThan(MOST_READ);
    expect(Math.abs(error(text))).toBeLessThan(0.12);
  });

  test("of many texts does not depend on how a sample falls", () => {
    const texts = Array.from({ length: 60_000 }, (_, at) => Object.values(PROSE)[at % 4]?.slice(0, 40) ?? "");
    const sum = sizesOf(texts).reduce((total, { estimate }) => total + estimate, 0);
    const exact = texts.reduce((total, text) => total + tokenizer.count(text), 0);
    expect(Math.abs(sum / exact - 1)).toBeLessThan(0.2);
  });
});

test("of texts together only a part is read, however they are cut", () => {
  const unit = NASTY.join("");
  const total = 4 * MEGABYTE;
  for (const length of [100, 10_000, MEGABYTE]) {
    const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
    const texts: string[] = new Array<string>(Math.ceil(total / length)).fill(text);
    const read = jest.spyOn(String.prototype, "charCodeAt");
    sizesOf(texts);
    const looks = read.mock.calls.length;
    read.mockRestore();
    expect(looks).toBeGreaterThan(1000);
    expect(looks).toBeLessThan(2 * MOST_READ + 1);
  }
});
