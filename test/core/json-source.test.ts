import fc from "fast-check";
import { GraftError } from "../../plugins/core/errors";
import { type JsonSource, parseJsonSource, spliceJson } from "../../plugins/core/json-source";
import { jsonBody, jsonObjectText, jsonValueText, keyName, spell, spellOut } from "../support/json-text";

const parse = (text: string, maxDepth?: number): JsonSource => parseJsonSource(Buffer.from(text), maxDepth);

/** JSON text of a value: compares own `__proto__` keys as well, which deep equality of test frameworks does not. */
const canon = (value: unknown): string | undefined => JSON.stringify(value);

/** The text of one member's value. */
function slice(source: JsonSource, key: string): string {
  const span = source.members.get(key);
  if (span === undefined) throw new Error(`no member ${key}`);
  return source.bytes.toString("utf8", span.start, span.end);
}

function expectRefused(text: string, kind: string, message = /^/, maxDepth?: number): void {
  let thrown: unknown;
  try {
    parse(text, maxDepth);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ kind, message: expect.stringMatching(message) });
}

const keys = (count: number): string => `{${Array.from({ length: count }, (_, at) => `"${at}":0`).join(",")}}`;

describe("parseJsonSource", () => {
  test("every member's span slices back to its value, for any JSON object", () => {
    fc.assert(
      fc.property(jsonBody, (text) => {
        const source = parse(text);
        expect(canon(source.value)).toBe(canon(JSON.parse(text)));
        expect([...source.members.keys()].sort()).toEqual(Object.keys(source.value).sort());
        for (const key of source.members.keys()) {
          const written = slice(source, key);
          expect(written).toBe(written.trim());
          expect(canon(JSON.parse(written))).toBe(canon(Object.getOwnPropertyDescriptor(source.value, key)?.value));
        }
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  test("the odd keys do come up", () => {
    const seen = new Set(fc.sample(jsonBody, { seed: 1, numRuns: 300 }).flatMap((text) => [...parse(text).members.keys()]));
    for (const key of ["__proto__", "model", "", 'a"b', "a\\b", "😀", "0"]) expect(seen).toContain(key);
  });

  test("__proto__ is a key like any other", () => {
    const source = parse('{"__proto__":{"model":"evil"},"constructor":1}');
    expect(source.value["model"]).toBeUndefined();
    expect(Object.getPrototypeOf(source.value)).toBe(Object.prototype);
    expect(Object.keys(source.value)).toEqual(["__proto__", "constructor"]);
    expect(slice(source, "__proto__")).toBe('{"model":"evil"}');
  });

  test("a duplicate is refused at any depth, in any spelling, among few keys or many", () => {
    /** Text around an object that leaves it inside a valid document, at some depth. */
    const wrap = fc.array(
      fc.constantFrom(
        (inner: string) => `[ ${inner}]`,
        (inner: string) => `[1,"]}",${inner},{}]`,
        (inner: string) => `{"k\\"}" :${inner} }`,
        (inner: string) => `{"a":[],"b":${inner},"c":"\\\\"}`,
      ),
      { maxLength: 6 },
    );
    const others = fc.uniqueArray(fc.tuple(fc.string({ maxLength: 4 }), jsonValueText), {
      selector: ([key]) => key,
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        wrap,
        keyName,
        others,
        fc.array(fc.boolean(), { maxLength: 4 }),
        fc.nat(30),
        (layers, key, rest, escapes, at) => {
          const members = rest.filter(([name]) => name !== key).map(([name, value]) => `${JSON.stringify(name)}:${value}`);
          members.splice(at % (members.length + 1), 0, `${spell(key, escapes)}:1`);
          members.push(`${spellOut(key)}:2`);
          const text = layers.reduce((inner, layer) => layer(inner), `{${members.join(",")}}`);
          expectRefused(`{"root":${text}}`, "bad_request", /^Duplicate key/);
        },
      ),
      { seed: 1, numRuns: 400 },
    );
  });

  test.each([
    ['{"model":1,"model":2}', "model"],
    ['{"model":1,"\\u006dodel":2}', "model"],
    ['{"a":{"\\u006Dodel":1,"x":0,"model":2}}', "model"],
    ['{"a":[[{"b":1,"b":1}]]}', "b"],
    ['{"__proto__":1,"__proto__":2}', "__proto__"],
    ['{"\\ud83d\\ude00":1,"😀":2}', "😀"],
    ['{"":1,"":2}', ""],
  ])("duplicate in %s", (text, param) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ kind: "bad_request", options: expect.objectContaining({ param }) }),
    );
  });

  test.each([
    '{"a":{"b":1},"b":{"a":1}}',
    '{"a":1,"A":2}',
    '{"a":1,"a\\u0000":2}',
    '{"\u00e9":1,"e\u0301":2}',
    '[{"a":1},{"a":1}]',
  ])("no duplicate in %s", (text) => {
    expect(() => parse(`{"root":${text}}`)).not.toThrow();
  });

  test("a duplicate is found however many keys stand before, between and after", () => {
    const keys = (count: number, prefix: string): string[] => Array.from({ length: count }, (_, at) => `"${prefix}${at}":0`);
    for (let before = 0; before < 20; before += 1) {
      for (let between = 0; between < 20; between += 1) {
        expectRefused(
          `{${[...keys(before, "a"), '"x":1', ...keys(between, "b"), '"x":2', '"c":0'].join(",")}}`,
          "bad_request",
          /"x"/,
        );
      }
    }
  });

  test("100,000 keys in one object, told apart", () => {
    const members = Array.from({ length: 100_000 }, (_, at) => `"k${at}":${at}`);
    expect(parse(`{${members.join(",")}}`).members.size).toBe(100_000);
    expectRefused(`{${members.join(",")},"k77777":0}`, "bad_request", /k77777/);
  });

  test.each([
    ["values", `[${"0,".repeat(999_990)}0]`, `[${"0,".repeat(1_000_000)}0]`],
    ["keys", keys(199_990), keys(200_001)],
    ["objects", `[${"{},".repeat(999_990)}0]`, `[${"{},".repeat(1_000_000)}0]`],
  ])("the number of %s is bounded: they take time that bytes do not", (_, most, tooMany) => {
    expect(() => parse(`{"a":${most}}`)).not.toThrow();
    expectRefused(`{"a":${tooMany}}`, "bad_request", /too many values/);
    // Before anything is parsed.
    expectRefused(`{"a":${tooMany}`, "bad_request", /too many values/);
  });

  test("a bound on depth that the stack cannot hold is no crash", () => {
    const depth = 1_000_000;
    expect(() => parse(`{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`, 10 * depth)).toThrow(GraftError);
  });

  test("the message names a long duplicate in short", () => {
    const key = "k".repeat(10_000);
    expectRefused(`{"${key}":1,"${key}":2}`, "bad_request", /^.{0,120}$/);
  });

  test.each([
    ["objects", '{"a":', "1", "}"],
    ["arrays", "[", "", "]"],
    ["both", '[{"a":', "1", "}]"],
  ])("depth of %s is bounded exactly", (_, open, core, close) => {
    const levels = (open.match(/[[{]/g) ?? []).length;
    const nested = (depth: number): string => `{"root":${open.repeat(depth / levels)}${core}${close.repeat(depth / levels)}}`;
    expect(() => parse(nested(8), 9)).not.toThrow();
    expectRefused(nested(8), "bad_request", /deeper than 8/, 8);
    expectRefused(nested(200_000), "bad_request", /deeper than 128/);
  });

  test("brackets in strings are not depth", () => {
    expect(slice(parse(`{"a":"${"[{".repeat(500)}","b":"\\"[","c":"\\\\"}`, 1), "c")).toBe('"\\\\"');
  });

  test.each([
    ["a bare continuation byte", [0x22, 0x80, 0x22]],
    ["a cut letter", [0x22, 0xe6, 0xbc, 0x22]],
    ["an overlong slash", [0x22, 0xc0, 0xaf, 0x22]],
    ["a surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22]],
  ])("not UTF-8: %s", (_, value) => {
    const bytes = Buffer.concat([Buffer.from('{"a":'), Buffer.from(value), Buffer.from("}")]);
    expect(() => parseJsonSource(bytes)).toThrow("UTF-8");
  });

  test.each([
    "",
    " ",
    "{",
    '{"a":1',
    '{"a":1,}',
    "{'a':1}",
    '{"a":1}{',
    '{"a":01}',
    '{"a":"\n"}',
    '\uFEFF{"a":1}',
    '{"a":NaN}',
    "nul",
  ])("not JSON: %j", (text) => {
    expectRefused(text, "invalid_json");
  });

  test.each(["[]", "null", "1", '"a"', "true", "[{}]"])("not an object: %s", (text) => {
    expectRefused(text, "bad_request", /must be a JSON object/);
  });

  test("whatever the bytes are, it returns or throws a client error", () => {
    const noise = fc.string({
      unit: fc.constantFrom('"', "\\", "{", "}", "[", "]", ",", ":", "1", "a", " ", "\\u0061"),
      maxLength: 30,
    });
    fc.assert(
      fc.property(noise, fc.boolean(), (text, object) => {
        try {
          const source = parse(object ? `{"a":${text}}` : text);
          expect(typeof source.value).toBe("object");
        } catch (thrown) {
          expect(thrown).toMatchObject({ status: 400 });
        }
      }),
      { seed: 1, numRuns: 5000 },
    );
  });
});

describe("spliceJson", () => {
  test("changes what it is told and keeps every other byte", () => {
    const changes = fc.array(fc.tuple(fc.nat(20), jsonValueText), { maxLength: 4 });
    const additions = fc.uniqueArray(fc.tuple(keyName, jsonValueText), { selector: ([key]) => key, maxLength: 3 });
    fc.assert(
      fc.property(jsonBody, changes, additions, (text, replaced, added) => {
        const source = parse(text);
        const keys = [...source.members.keys()];
        const edits = new Map<string, string>(added);
        for (const [at, value] of replaced) {
          const key = keys[at % Math.max(1, keys.length)];
          if (key !== undefined) edits.set(key, value);
        }
        const result = spliceJson(source, edits);
        const after = parseJsonSource(result);

        const expected = new Map(keys.map((key) => [key, slice(source, key)]));
        for (const [key, value] of edits) expected.set(key, value);
        expect(new Map([...after.members.keys()].map((key) => [key, slice(after, key)]))).toEqual(expected);

        // The bytes between: the original with the replaced values cut in, open for additions before its last brace.
        let head = text.slice(0, text.lastIndexOf("}"));
        for (const key of keys.toReversed()) {
          const { start, end } = source.members.get(key)!;
          const bytes = Buffer.from(head);
          head = `${bytes.toString("utf8", 0, start)}${expected.get(key)}${bytes.toString("utf8", end)}`;
        }
        const written = result.toString("utf8");
        expect(written.startsWith(head)).toBe(true);
        expect(written.endsWith(text.slice(text.lastIndexOf("}")))).toBe(true);
        if ([...edits.keys()].every((key) => source.members.has(key)))
          expect(written).toBe(head + text.slice(text.lastIndexOf("}")));
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  test.each([
    ["{}", { model: '"m"' }, '{"model":"m"}'],
    [" { } ", { model: '"m"', stream: "true" }, ' { "model":"m","stream":true} '],
    ['{"model":"a","x":1}', { model: '"😀"' }, '{"model":"😀","x":1}'],
    ['{"\\u006dodel" : "a" }', { model: '"b"' }, '{"\\u006dodel" : "b" }'],
    ['{"a":"}","model":1}\n', { b: "{}" }, '{"a":"}","model":1,"b":{}}\n'],
    ['{"z":1,"a":2}', { a: "[]", z: "[]" }, '{"z":[],"a":[]}'],
    ['{"a":1}', {}, '{"a":1}'],
  ])("%s with %j", (text, changes, expected) => {
    const { bytes } = parse(text);
    const before = bytes.toString();
    const edits = new Map(Object.entries(changes));
    expect(spliceJson(parseJsonSource(bytes), edits).toString()).toBe(expected);
    expect(bytes.toString()).toBe(before);
  });

  test("nothing but the spliced member changes in a large prompt", () => {
    fc.assert(
      fc.property(jsonObjectText, (inner) => {
        const text = `{"messages":${inner},"model":"a","tail":${inner}}`;
        const result = spliceJson(parse(text), new Map([["model", '"provider/model"']])).toString();
        expect(result).toBe(`{"messages":${inner},"model":"provider/model","tail":${inner}}`);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
