/** Entries as bytes and back, and everything that could stand in a store instead. */
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { compactEvents } from "../../../plugins/cache/entries/compact-events";
import { decodeEntry } from "../../../plugins/cache/entries/decode-entry";
import { encodeEntry } from "../../../plugins/cache/entries/encode-entry";
import type { Entry } from "../../../plugins/cache/entry";
import { CODECS } from "../../../plugins/providers";
import { bodyOf, decodePieces, describeOracle, isReadable, testContext } from "../../providers/oracle";
import { answers, entryOf, spoken } from "./support";

const MAX = 1_000_000;

async function encode(entry: Entry, maxBytes = MAX): Promise<Buffer> {
  const bytes = await encodeEntry(entry, maxBytes);
  if (bytes === undefined) throw new Error("too large");
  return bytes;
}

const plain = (json: string): Buffer => Buffer.concat([Buffer.of(1, 0), Buffer.from(json)]);
const deflated = (json: string): Buffer => Buffer.concat([Buffer.of(1, 1), deflateRawSync(json)]);

/** JSON has no absent values: what is not there reads back as not there. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

it("what goes in comes out", async () => {
  const entries = fc.record(
    {
      events: answers.map(compactEvents),
      storedAt: fc.nat(),
      target: fc.string(),
      usage: fc.record({ input: fc.nat(), output: fc.nat(), serviceTier: fc.string() }),
      nanos: fc.nat(),
      dropped: fc.array(fc.string()),
      question: fc.string({ unit: "binary" }),
    },
    { requiredKeys: ["events", "storedAt", "target", "dropped"] },
  );
  await fc.assert(
    fc.asyncProperty(entries, async (entry) => {
      expect(await decodeEntry(await encode(entry as Entry), MAX)).toEqual(asJson(entry));
    }),
    { seed: 1, numRuns: 100 },
  );
});

for (const [file, api, kind] of [
  ["openai", "chat", "openai"],
  ["anthropic", "messages", "anthropic"],
  ["gemini", "generateContent", "gemini"],
] as const) {
  describeOracle(file, (records) => {
    it("every recorded answer can be kept", async () => {
      const codec = CODECS.find((it) => it.kind === kind);
      if (codec === undefined) throw new Error(`no codec ${kind}`);
      for (const record of records.filter((it) => isReadable(it, api))) {
        const events = compactEvents(decodePieces(codec, record.stream, [bodyOf(record)], testContext()));
        const read = await decodeEntry(await encode(entryOf(events)), MAX);
        expect({ id: record.id, read }).toEqual({ id: record.id, read: asJson(entryOf(events)) });
      }
    });
  });
}

it("long ones are compressed, short ones are not worth it", async () => {
  const short = entryOf(spoken("x".repeat(1000)));
  const long = entryOf(spoken("All work and no play. ".repeat(1000)));
  const [a, b] = [await encode(short), await encode(long)];
  expect([a[0], a[1], b[0], b[1]]).toEqual([1, 0, 1, 1]);
  expect(a.length).toBeGreaterThan(1000);
  expect(b.length).toBeLessThan(2000);
  expect(await decodeEntry(b, MAX)).toEqual(asJson(long));
});

it("the bound is that of the JSON, on both ways", async () => {
  const entry = entryOf(spoken("é".repeat(10_000)));
  const size = Buffer.byteLength(JSON.stringify(entry));
  expect(await encodeEntry(entry, size - 1)).toBeUndefined();
  const bytes = await encode(entry, size);
  expect(await decodeEntry(bytes, size)).toBeDefined();
  expect(await decodeEntry(bytes, size - 1)).toBeUndefined();
  const bomb = deflated(`"${"0".repeat(50_000_000)}"`);
  expect(bomb.length).toBeLessThan(100_000);
  expect(await decodeEntry(bomb, MAX)).toBeUndefined();
});

const GOOD = asJson(entryOf(spoken("hi"))) as { [key: string]: unknown; events: { [key: string]: unknown }[] };
const withEvents = (...events: unknown[]): unknown => ({ ...GOOD, events });
const [start, opened, delta, ...rest] = GOOD.events;

it("is good to begin with", async () => {
  expect(await decodeEntry(plain(JSON.stringify(GOOD)), MAX)).toEqual(GOOD);
  expect(await decodeEntry(deflated(JSON.stringify(GOOD)), MAX)).toEqual(GOOD);
});

const deep = JSON.parse(`${'{"a":'.repeat(500)}1${"}".repeat(500)}`) as unknown;

it.each<[string, unknown]>([
  ["null", null],
  ["a list", []],
  ["a text", "entry"],
  ["no events", { ...GOOD, events: undefined }],
  ["events that are none", { ...GOOD, events: { 0: start } }],
  ["an empty answer", withEvents()],
  ["a time that is none", { ...GOOD, storedAt: "now" }],
  ["no target", { ...GOOD, target: undefined }],
  ["no list of what was dropped", { ...GOOD, dropped: undefined }],
  ["names that are none", { ...GOOD, dropped: [1] }],
  ["negative usage", { ...GOOD, usage: { input: -1, output: 1 } }],
  ["usage of text", { ...GOOD, usage: { input: "1", output: 1 } }],
  ["negative cost", { ...GOOD, nanos: -5 }],
  ["a question that is none", { ...GOOD, question: {} }],
  ["an event that is none", withEvents(start, opened, delta, null, ...rest)],
  ["an unknown event", withEvents(start, { type: "surprise" }, opened, delta, ...rest)],
  ["a type from elsewhere", withEvents(start, { type: "constructor" }, opened, delta, ...rest)],
  ["an error", withEvents(start, opened, delta, { type: "error", error: { message: "x" } })],
  ["no start", withEvents(opened, delta, ...rest)],
  ["a start in the middle", withEvents(start, opened, start, delta, ...rest)],
  ["no end", withEvents(start, opened, delta)],
  ["a start without a model", withEvents({ ...start, model: undefined }, opened, delta, ...rest)],
  ["a start with a list beside it", withEvents({ ...start, extra: [] }, opened, delta, ...rest)],
  ["what is nested too deep", withEvents({ ...start, extra: deep }, opened, delta, ...rest)],
  ["a choice that is no number", withEvents(start, opened, { ...delta, choice: "0" }, ...rest)],
  ["a negative choice", withEvents(start, opened, { ...delta, choice: -1 }, ...rest)],
  ["half a block", withEvents(start, opened, { ...delta, block: 0.5 }, ...rest)],
  ["text that is none", withEvents(start, opened, { ...delta, text: { toJSON: "x" } }, ...rest)],
  ["data that is none", withEvents(start, opened, { ...delta, data: 5 }, ...rest)],
  ["a block of no kind", withEvents(start, { ...opened, start: {} }, delta, ...rest)],
  ["a block of an unknown kind", withEvents(start, { ...opened, start: { kind: "__proto__" } }, delta, ...rest)],
  ["a tool call without a name", withEvents(start, { ...opened, start: { kind: "tool-call", id: "x" } }, delta, ...rest)],
  ["an opaque block without a value", withEvents(start, { ...opened, start: { kind: "opaque", provider: "p" } }, delta, ...rest)],
  ["an unknown reason", withEvents(start, opened, delta, { type: "finish", choice: 0, reason: "because" })],
  [
    "tokens that are none",
    withEvents(start, { type: "logprobs", choice: 0, of: "content", tokens: [{ token: 1 }] }, opened, delta, ...rest),
  ],
  [
    "tokens without numbers",
    withEvents(
      start,
      { type: "logprobs", choice: 0, of: "content", tokens: [{ token: "x", logprob: null }] },
      opened,
      delta,
      ...rest,
    ),
  ],
  [
    "a mark of no kind",
    withEvents(start, opened, { type: "annotation", choice: 0, block: 0, annotation: { type: "x" } }, delta, ...rest),
  ],
])("%s: no entry", async (_, value) => {
  const json = JSON.stringify(value);
  expect(await decodeEntry(plain(json), MAX)).toBeUndefined();
  expect(await decodeEntry(deflated(json), MAX)).toBeUndefined();
});

it.each<[string, Buffer]>([
  ["nothing", Buffer.alloc(0)],
  ["only a version", Buffer.of(1)],
  ["only a head", Buffer.of(1, 0)],
  ["another version", Buffer.concat([Buffer.of(2, 0), plain(JSON.stringify(GOOD)).subarray(2)])],
  ["an unknown form", Buffer.concat([Buffer.of(1, 9), plain(JSON.stringify(GOOD)).subarray(2)])],
  ["no JSON", plain("{events")],
  ["JSON and more", plain(`${JSON.stringify(GOOD)}x`)],
  ["nested without end", plain("[".repeat(100_000))],
  ["not compressed", Buffer.concat([Buffer.of(1, 1), Buffer.from(JSON.stringify(GOOD))])],
])("%s: no entry", async (_, bytes) => {
  expect(await decodeEntry(bytes, MAX)).toBeUndefined();
});

it("cut off anywhere, it is no entry", async () => {
  for (const entry of [entryOf(spoken("hi")), entryOf(spoken("a long answer ".repeat(500)))]) {
    const bytes = await encode(entry);
    for (let at = 0; at < bytes.length; at += 1) {
      expect({ at, entry: await decodeEntry(bytes.subarray(0, at), MAX) }).toEqual({ at, entry: undefined });
    }
  }
});

it("with any byte changed it is still an entry or none", async () => {
  const bytes = await encode(entryOf(spoken("a long answer ".repeat(500))));
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ mask;
      const entry = await decodeEntry(changed, MAX);
      expect(entry === undefined || Array.isArray(entry.events)).toBe(true);
    }),
    { seed: 1, numRuns: 300 },
  );
});
