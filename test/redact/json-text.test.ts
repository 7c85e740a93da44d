import fc from "fast-check";
import { JsonPlace } from "../../plugins/redact/json-place";
import { decodeString, escapeAround, escapeJson, jsonTokens } from "../../plugins/redact/json-text";
import type { Region } from "../../plugins/redact/regions";
import { rewriteJson } from "../../plugins/redact/rewrite";

const json = fc.json({ maxDepth: 5, stringUnit: "binary" });

test("tokens are the strings and numbers of any JSON, names with their values", () => {
  const text = '{"a": [1, -2.5e3, "x\\"y"], "b\\\\": {"c": true, "d": "1"}}';
  const tokens = jsonTokens(text)?.map(({ start, end, key }) => [text.slice(start, end), key]);
  expect(tokens).toEqual([
    ['"a"', undefined],
    ["1", "a"],
    ["-2.5e3", undefined],
    ['"x\\"y"', undefined],
    ['"b\\\\"', undefined],
    ['"c"', "b\\\\"],
    ['"d"', "c"],
    ['"1"', "d"],
  ]);
});

test.each(["", "x", "3", '"x"', "{", "[1,]", "{a:1}", "[1] x"])("%j is none that is looked into", (text) => {
  expect(jsonTokens(text)).toBeUndefined();
});

test("each token parses to what it is part of, and its content decodes place by place", () => {
  fc.assert(
    fc.property(json, (text) => {
      for (const { kind, start, end } of jsonTokens(text) ?? []) {
        const value = JSON.parse(text.slice(start, end)) as unknown;
        expect(typeof value).toBe(kind);
        if (typeof value !== "string") continue;
        const decoded = decodeString(text, start + 1, end - 1);
        expect(decoded.text).toBe(value);
        expect(decoded.places).toHaveLength(value.length + 1);
        for (let at = 0; at < value.length; at += 1) {
          const [from, to] = [decoded.places[at] ?? 0, decoded.places[at + 1] ?? 0];
          expect(JSON.parse(`"${text.slice(from, to)}"`)).toBe(value.charAt(at));
          expect(escapeAround(text, from)).toBeUndefined();
        }
      }
    }),
    { numRuns: 100, seed: 1 },
  );
});

test("whatever is replaced in JSON, it is JSON afterwards, and all the rest is as it was", () => {
  const places = fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 12 })), { maxLength: 4 });
  fc.assert(
    fc.property(json, places, fc.string({ unit: "binary", maxLength: 5 }), (text, found, instead) => {
      let at = 0;
      const regions: Region[] = found.flatMap(([skip, length]) => {
        const start = at + skip;
        at = start + length;
        return at > text.length ? [] : [{ start, end: at, entity: "x" }];
      });
      const made = rewriteJson(text, regions, () => instead);
      const inside = jsonTokens(text) !== undefined;
      if (inside) expect(() => JSON.parse(made) as unknown).not.toThrow();
      expect(rewriteJson(text, regions, (_, { text: same }) => same)).toBe(text);
    }),
    { numRuns: 2000, seed: 2 },
  );
});

test("escaping is JSON.stringify's", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(`"${escapeJson(text)}"`).toBe(JSON.stringify(text));
    }),
    { seed: 3 },
  );
});

test("the place in JSON is known however it is split, to the third string within a string", () => {
  const text = `{"a":${JSON.stringify(`{"b":${JSON.stringify('{"c":"HERE\\\\"}')},"d\\\\":2}`)},"e":1}`;
  const depthAt = (end: number, size: number): number => {
    const place = new JsonPlace();
    for (let at = 0; at < end; at += size) place.pass(text.slice(at, Math.min(end, at + size)));
    return place.depth;
  };
  for (const size of [1, 2, 5, 1000]) {
    expect(depthAt(text.indexOf("HERE"), size)).toBe(3);
    expect(depthAt(text.indexOf("2}"), size)).toBe(1);
    expect(depthAt(text.indexOf("1}"), size)).toBe(0);
  }
});
