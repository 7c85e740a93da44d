import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { analyzerSchema, openAnalyzers } from "../../../plugins/redact/analyzers";
import { unitsOf } from "../../../plugins/redact/analyzers/code-points";
import { pluginServices, policyFacts } from "../../support/exchange";
import { anExchange } from "./support";

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly url: string | undefined;
  readonly body: { text: string; language: string; score_threshold: number; entities?: string[] };
}

interface Result {
  readonly entity_type: string;
  readonly start: number;
  readonly end: number;
  readonly score: number;
}

let server: Server;
let received: Received[];
let running: number;
let mostRunning: number;
let answer: (text: string) => unknown;
/** Instead of an answer. */
let raw: ((text: string) => { status?: number; body?: string | Buffer; delayMs?: number } | undefined) | undefined;

beforeEach(async () => {
  received = [];
  running = 0;
  mostRunning = 0;
  answer = () => [];
  raw = undefined;
  server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(pieces).toString()) as Received["body"];
      received.push({ headers: request.headers, url: request.url, body });
      running += 1;
      mostRunning = Math.max(mostRunning, running);
      const special = raw?.(body.text);
      setTimeout(() => {
        running -= 1;
        response.writeHead(special?.status ?? 200, { "content-type": "application/json", location: "/elsewhere" });
        response.end(special?.body ?? JSON.stringify(answer(body.text)));
      }, special?.delayMs ?? 0).unref();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function open(it: object = {}, presidio: object = {}) {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/base/`;
  const config = analyzerSchema().parse({ name: "ner", kind: "presidio", presidio: { url, ...presidio }, ...it });
  return openAnalyzers([config], pluginServices, policyFacts)[0]!.analyzer;
}

const analyze = (texts: readonly string[], it?: object, presidio?: object) => open(it, presidio).analyze(anExchange(), texts);

/** As Presidio finds words: it counts code points. */
function finds(words: Readonly<Record<string, string>>): (text: string) => Result[] {
  return (text) =>
    Object.entries(words).flatMap(([word, entity_type]) =>
      [...text.matchAll(new RegExp(word, "gu"))].map((match) => {
        const start = [...text.slice(0, match.index)].length;
        return { entity_type, start, end: start + [...match[0]].length, score: 0.85 };
      }),
    );
}

test("what is asked, and what is found", async () => {
  answer = finds({ "Jane Doe": "PERSON", Berlin: "LOCATION", "a@b.example": "EMAIL_ADDRESS" });
  const texts = ["Jane Doe of Berlin", "nothing", "a@b.example"];
  expect(
    await analyze(texts, { entities: ["person_name", "email", "passport", "custom_id"] }, { token: "s3cret", language: "de" }),
  ).toEqual([
    [
      { entity: "person_name", start: 0, end: 8 },
      { entity: "location", start: 12, end: 18 },
    ],
    [],
    [{ entity: "email", start: 0, end: 11 }],
  ]);
  expect(received.map(({ url }) => url)).toEqual(["/base/analyze", "/base/analyze", "/base/analyze"]);
  expect(received[0]?.headers).toMatchObject({ authorization: "Bearer s3cret", "content-type": "application/json" });
  expect(received.find(({ body }) => body.text === texts[0])?.body).toEqual({
    text: "Jane Doe of Berlin",
    language: "de",
    score_threshold: 0.5,
    entities: ["PERSON", "EMAIL_ADDRESS", "US_PASSPORT", "IT_PASSPORT", "IN_PASSPORT", "UK_PASSPORT", "CUSTOM_ID"],
  });
});

test("all it knows where nothing is asked for; blank texts are not sent", async () => {
  answer = finds({ x: "Some Odd-Type" });
  expect(await analyze(["", " \n", "x"])).toEqual([[], [], [{ entity: "some_odd_type", start: 0, end: 1 }]]);
  expect(received.map(({ body }) => body)).toEqual([{ text: "x", language: "en", score_threshold: 0.5 }]);
});

test.each([
  ["😀 Jane", 3, 7],
  ["😀😀Jane😀", 4, 8],
  ["👨‍👩‍👧 Jane", 9, 13],
  ["e\u0301\u0301 Jane", 4, 8],
  ["𝔘𝔫𝔦 Jane", 7, 11],
  ["\ud83d Jane", 2, 6],
  ["\udc00😀\ud83d Jane", 5, 9],
])("offsets in %j are of code points", async (text, start, end) => {
  answer = finds({ Jane: "PERSON" });
  expect(await analyze([text])).toEqual([[{ entity: "person_name", start, end }]]);
});

test("any text, any place", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "é", "😀", "\ud83d", "\ude00", "𝔘", "\u0301"), maxLength: 40 });
  fc.assert(
    fc.property(text, (value) => {
      const units = unitsOf(value);
      const codePoints = [...value];
      for (let count = 0; count <= codePoints.length; count += 1)
        expect(units(count)).toBe(codePoints.slice(0, count).join("").length);
      expect(units(codePoints.length + 1)).toBeUndefined();
    }),
    { seed: 6 },
  );
});

test("long texts go in parts that overlap, a few at a time", async () => {
  answer = finds({ "Jane Doe": "PERSON" });
  const sentence = "The quick brown fox 😀 met Jane Doe at noon. ";
  const text = sentence.repeat(500);
  const [found = []] = await analyze([text], { max_chars: 1000 });
  const places = new Set(found.map(({ start, end }) => `${start} ${text.slice(start, end)}`));
  const expected = [...text.matchAll(/Jane Doe/g)].map(({ index }) => `${index} Jane Doe`);
  expect([...places].sort()).toEqual(expected.sort());
  expect(received.length).toBeGreaterThan(25);
  expect(Math.max(...received.map(({ body }) => body.text.length))).toBeLessThanOrEqual(1000);
  expect(mostRunning).toBeLessThanOrEqual(8);
  expect(received.every(({ body }) => /^\S|^\s/.test(body.text) && !/[\ud800-\udbff]$/.test(body.text))).toBe(true);
});

test("results that overlap are all told", async () => {
  answer = () => [
    { entity_type: "PERSON", start: 0, end: 8, score: 1 },
    { entity_type: "LOCATION", start: 5, end: 12, score: 1 },
  ];
  expect(await analyze(["Jane Doe Str 1"])).toEqual([
    [
      { entity: "person_name", start: 0, end: 8 },
      { entity: "location", start: 5, end: 12 },
    ],
  ]);
});

test.each([
  ["a place behind the text", [{ entity_type: "PERSON", start: 0, end: 5, score: 1 }]],
  ["code points that are none", [{ entity_type: "PERSON", start: 0, end: 1e9, score: 1 }]],
  ["a place before it", [{ entity_type: "PERSON", start: -1, end: 2, score: 1 }]],
  ["nothing", [{ entity_type: "PERSON", start: 2, end: 2, score: 1 }]],
  ["the wrong order", [{ entity_type: "PERSON", start: 3, end: 1, score: 1 }]],
  ["half a character", [{ entity_type: "PERSON", start: 0.5, end: 2, score: 1 }]],
  ["no type", [{ start: 0, end: 2, score: 1 }]],
  ["text for a number", [{ entity_type: "PERSON", start: "0", end: 2, score: 1 }]],
  ["something else", ["PERSON"]],
  ["no list", { error: "x" }],
  ["null", null],
])("an answer with %s fails", async (_, wrong) => {
  answer = () => wrong;
  await expect(analyze(["Jane"])).rejects.toThrow("the analyzer's answer");
});

test.each([
  ["status 500", { status: 500, body: '{"error":"Jane"}' }, "status 500"],
  ["a redirect", { status: 302, body: "[]" }, "status 302"],
  ["no content", { status: 204, body: "" }, "status 204"],
  ["JSON that is broken", { body: '[{"entity_type":' }, "no list"],
  ["a page", { body: "<html>Jane</html>" }, "no list"],
  ["no UTF-8", { body: Buffer.from([0xff, 0xfe]) }, "no list"],
  ["more than it may say", { body: " ".repeat(5 * 1024 * 1024) }, "longer than"],
])("%s fails, and the error holds no text", async (_, special, message) => {
  raw = () => special;
  const error = await analyze(["Jane"]).then(
    () => new Error("it did not fail"),
    (thrown: unknown) => thrown as Error,
  );
  expect(error.message).toContain(message);
  expect(error.message).not.toContain("Jane");
});

test("one that is too slow fails in time, and nothing more is sent", async () => {
  raw = () => ({ delayMs: 10_000 });
  const texts = Array.from({ length: 40 }, (_, at) => `text ${at}`);
  await expect(analyze(texts, { timeout_ms: 100 })).rejects.toThrow();
  expect(received.length).toBeLessThanOrEqual(8);
});

test("one failure among many fails all, and no more is sent", async () => {
  raw = (text) => (text === "text 3" ? { status: 503, body: "" } : undefined);
  const texts = Array.from({ length: 400 }, (_, at) => `text ${at}`);
  await expect(analyze(texts)).rejects.toThrow("status 503");
  expect(received.length).toBeLessThan(100);
});

test("nobody there", async () => {
  const analyzer = open();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(analyzer.analyze(anExchange(), ["Jane"])).rejects.toThrow();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

test("a metadata address is refused unless it is allowed", () => {
  const url = "http://169.254.169.254/latest";
  expect(() => open({}, { url })).toThrow();
  expect(() => open({}, { url, allow_link_local: true })).not.toThrow();
});
