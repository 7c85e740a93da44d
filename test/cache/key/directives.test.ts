import { type DirectiveName, readClientKey, readDirectives } from "../../../plugins/cache/key/directives";
import { GraftError } from "../../../plugins/core/errors";
import { errorOf } from "../../dialects/openai-chat/request";

const ALL: ReadonlySet<DirectiveName> = new Set<DirectiveName>(["no-cache", "no-store", "max-age", "only-if-cached"]);

const NONE = { noCache: false, noStore: false, onlyIfCached: false, maxAge: undefined };

it.each<[string | undefined, object]>([
  [undefined, {}],
  ["", {}],
  [" , ,, ", {}],
  ["no-cache", { noCache: true }],
  ["No-Cache", { noCache: true }],
  ["no-store", { noStore: true }],
  ["only-if-cached", { onlyIfCached: true }],
  ["max-age=60", { maxAge: 60 }],
  ["no-cache, no-store,only-if-cached ,max-age=0", { noCache: true, noStore: true, onlyIfCached: true, maxAge: 0 }],
  ["max-age = 60 , no-cache", { maxAge: 60, noCache: true }],
  ['max-age="60"', { maxAge: 60 }],
  ['max-age="6\\0"', { maxAge: 60 }],
  // Not a list of one directive and another: the comma is quoted.
  ['ext="a, no-cache", no-store', { noStore: true }],
  ['ext="a\\", no-cache, \\"", no-store', { noStore: true }],
  ['ext="never closed, no-cache', {}],
  ['ext="closed"rest, no-store', { noStore: true }],
  ["no-transform, max-stale=5, min-fresh=3, immutable", {}],
  ["no-cached, xno-cache, no-cache-not", {}],
  // As with `private="set-cookie"` in answers: what it names makes it no weaker.
  ['no-cache="x"', { noCache: true }],
  // The first one counts.
  ["max-age=5, max-age=60", { maxAge: 5 }],
  // Past what can be counted is forever.
  ["max-age=2147483647", { maxAge: 2147483647 }],
  ["max-age=2147483649", { maxAge: 2147483648 }],
  [`max-age=${"9".repeat(400)}`, { maxAge: 2147483648 }],
  [`max-age=${"0".repeat(400)}7`, { maxAge: 7 }],
  // No number: nothing is fresh enough.
  ...[
    "max-age",
    "max-age=",
    "max-age=-1",
    "max-age=1.5",
    "max-age=1e3",
    "max-age=0x10",
    "max-age=ten",
    "max-age=1 2",
    "max-age=٣",
  ].map((text): [string, object] => [text, { maxAge: 0 }]),
  ["=5, max-age=6", { maxAge: 6 }],
])("%s", (header, said) => {
  expect(readDirectives(header, ALL)).toEqual({ ...NONE, ...said });
});

it("only what the policy honours", () => {
  const header = "no-cache, no-store, only-if-cached, max-age=5";
  expect(readDirectives(header, new Set())).toEqual(NONE);
  expect(readDirectives(header, new Set(["no-store"]))).toEqual({ ...NONE, noStore: true });
  expect(readDirectives(header, new Set(["max-age"]))).toEqual({ ...NONE, maxAge: 5 });
});

it("reads what is hostile in time that grows with its length only", () => {
  for (const text of [
    `${"a,".repeat(50_000)}no-cache`,
    `${'a="\\"",'.repeat(20_000)}no-cache`,
    `${"=".repeat(100_000)},no-cache`,
  ]) {
    expect(readDirectives(text, ALL).noCache).toBe(true);
  }
});

describe("x-graft-cache-key", () => {
  it.each([
    [{}, undefined],
    [{ "x-graft-cache-key": "" }, undefined],
    [{ "x-graft-cache-key": "session 7" }, "session 7"],
    [{ "x-graft-cache-key": "~".repeat(256) }, "~".repeat(256)],
  ])("%o", (headers, key) => {
    expect(readClientKey(headers)).toBe(key);
  });

  it.each(["x".repeat(257), "tab\there", "line\nbreak", "\u0000", "caf\u00e9", "\u007f"])("refuses %j", (key) => {
    const error = errorOf(() => readClientKey({ "x-graft-cache-key": key }));
    expect(error).toBeInstanceOf(GraftError);
    expect(error).toMatchObject({ kind: "bad_request", status: 400, options: { param: "x-graft-cache-key" } });
    expect(error.message).toContain("256 printable");
    expect(error.message).not.toContain(key);
  });
});
