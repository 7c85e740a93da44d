/** Embeddings for exchanges, over real connections to a provider on loopback. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { GraftError } from "../../plugins/core/errors";
import type { Exchange } from "../../plugins/core/exchange";
import type { Target } from "../../plugins/core/target";
import { Upstream } from "../../plugins/relay/upstream";
import { fetchEmbeddings, ModelCalls } from "../../plugins/side-calls";
import { alias, openPipeline, services, target } from "../support/exchange";

let server: Server;
let seen: { request: IncomingMessage; body: { input: string[] } }[];
/** `undefined` = silence. */
let answer: ((input: string[]) => { status?: number; body: unknown }) | undefined;
const upstream = new Upstream({ env: {} });
const calls = new ModelCalls(upstream, services);

/** The vector of a text here: its length, and 1. */
const vectorsOf = (input: string[]) => input.map((text, index) => ({ index, embedding: [text.length, 1] }));

beforeEach(async () => {
  seen = [];
  answer = (input) => ({ body: { data: vectorsOf(input), usage: { prompt_tokens: 10 } } });
  server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(pieces).toString());
      seen.push({ request, body });
      if (answer === undefined) return;
      const said = answer(body.input);
      response.writeHead(said.status ?? 200, { "content-type": "application/json" }).end(JSON.stringify(said.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

afterAll(() => upstream.close());

function embedding(kind = "openai-compatible"): Target {
  const it = target(kind, "e5");
  const authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { ...it, provider: { ...it.provider, scheme: "http", authority } };
}

function exchange(): Exchange {
  return openPipeline({ aliases: [alias("m", [target("openai", "gpt-4o")])], headers: { "x-secret": "client's" } }).exchange;
}

const OPTIONS = { purpose: "cache:question", timeoutMs: 2000 };

test("one call with our key and nothing of the client's; each pays by length of text", async () => {
  const [one, other] = [exchange(), exchange()];
  const texts = [
    { exchange: one, text: "abc" },
    { exchange: other, text: "abcdefg" },
  ];
  expect(await calls.embed(embedding(), texts, { ...OPTIONS, dimensions: 2 })).toEqual([
    Float32Array.of(3, 1),
    Float32Array.of(7, 1),
  ]);
  expect(seen).toHaveLength(1);
  const [{ request, body } = { request: undefined, body: undefined }] = seen;
  expect(request?.url).toBe("/base/embeddings");
  expect(request?.headers["authorization"]).toBe("Bearer sk-openai-compatible");
  expect(request?.headers["x-secret"]).toBeUndefined();
  expect(body).toEqual({ model: "e5", input: ["abc", "abcdefg"], dimensions: 2 });
  expect([one, other].map(({ sideCalls }) => sideCalls)).toEqual([
    [{ purpose: "cache:question", target: expect.anything(), usage: { input: 3, output: 0 } }],
    [{ purpose: "cache:question", target: expect.anything(), usage: { input: 7, output: 0 } }],
  ]);
});

test("the same text goes out once, and is paid by all", async () => {
  const all = [exchange(), exchange(), exchange()];
  const found = await calls.embed(
    embedding(),
    all.map((it) => ({ exchange: it, text: "same" })),
    OPTIONS,
  );
  expect(seen[0]?.body.input).toEqual(["same"]);
  expect(found).toEqual(all.map(() => Float32Array.of(4, 1)));
  expect(all.map((it) => it.sideCalls[0]?.usage?.input)).toEqual([3, 4, 3]);
});

test("shares add up to what was used", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 0, max: 500 }), async (lengths, tokens) => {
      answer = (input) => ({ body: { data: vectorsOf(input), usage: { prompt_tokens: tokens } } });
      const texts = lengths.map((length) => ({ exchange: exchange(), text: "x".repeat(length) }));
      await calls.embed(embedding(), texts, OPTIONS);
      const shares = texts.map((it) => it.exchange.sideCalls[0]?.usage?.input ?? Number.NaN);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(tokens);
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 30, seed: 7 },
  );
});

test("an exchange that may not go there is left out, and its text with it", async () => {
  const [may, mayNot] = [exchange(), exchange()];
  mayNot.restrictions.push(() => new GraftError("forbidden", "not there"));
  const texts = [
    { exchange: mayNot, text: "secret" },
    { exchange: may, text: "fine" },
  ];
  const [refused, found] = await calls.embed(embedding(), texts, OPTIONS);
  expect(refused).toMatchObject({ kind: "forbidden" });
  expect(found).toEqual(Float32Array.of(4, 1));
  expect(seen[0]?.body.input).toEqual(["fine"]);
  expect(mayNot.sideCalls).toHaveLength(0);
  expect(may.sideCalls).toHaveLength(1);
  await calls.embed(embedding(), texts.slice(0, 1), OPTIONS);
  expect(seen).toHaveLength(1);
});

test("witnesses are told before, of their own exchange's texts only; one that fails keeps those from being sent", async () => {
  const [one, other, third] = [exchange(), exchange(), exchange()];
  const told: string[] = [];
  one.sideCallWitnesses.push((purpose, { model }, { body }) => void told.push(`${purpose} ${model} ${body} ${seen.length}`));
  other.sideCallWitnesses.push(() => {
    throw new Error("no record");
  });
  const texts = [
    { exchange: one, text: "mine" },
    { exchange: other, text: "yours" },
    { exchange: third, text: "theirs" },
  ];
  const found = await calls.embed(embedding(), texts, OPTIONS);
  expect(told).toEqual(['cache:question e5 {"model":"e5","input":["mine"]} 0']);
  expect(found[1]).toMatchObject({ kind: "internal" });
  expect(seen[0]?.body.input).toEqual(["mine", "theirs"]);
});

test.each([
  ["an error", () => ({ status: 500, body: { error: { message: "no" } } }), "upstream_failed"],
  ["a refused key", () => ({ status: 401, body: {} }), "upstream_auth"],
  ["too few vectors", () => ({ body: { data: [] } }), "upstream_invalid"],
  ["silence", undefined, "timeout"],
])("%s is everybody's result, and the call is still told of", async (_name, said, kind) => {
  answer = said;
  const all = [exchange(), exchange()];
  const texts = all.map((it) => ({ exchange: it, text: "x" }));
  const found = await calls.embed(embedding(), texts, { ...OPTIONS, timeoutMs: 200 });
  expect(found).toEqual([expect.objectContaining({ kind }), expect.objectContaining({ kind })]);
  for (const { sideCalls } of all) expect(sideCalls).toEqual([expect.objectContaining({ usage: undefined })]);
});

test("providers that do not say what they used, or say nonsense", async () => {
  const it = exchange();
  answer = (input) => ({ body: { data: vectorsOf(input) } });
  await calls.embed(embedding(), [{ exchange: it, text: "x".repeat(100) }], OPTIONS);
  answer = (input) => ({ body: { data: vectorsOf(input), usage: { prompt_tokens: -1000 } } });
  await calls.embed(embedding(), [{ exchange: it, text: "x" }], OPTIONS);
  expect(it.sideCalls.map(({ usage }) => usage)).toEqual([
    { input: 25, output: 0, estimated: true },
    { input: 0, output: 0 },
  ]);
});

test("a provider that has no embeddings is an error, not a call", async () => {
  const [found] = await calls.embed(embedding("anthropic"), [{ exchange: exchange(), text: "x" }], OPTIONS);
  expect(found).toMatchObject({ kind: "internal" });
  expect(seen).toHaveLength(0);
});

test("without an exchange", async () => {
  const found = await fetchEmbeddings(upstream, embedding(), ["a", "bc"], OPTIONS);
  expect(found).toEqual({ vectors: [Float32Array.of(1, 1), Float32Array.of(2, 1)], inputTokens: 10 });
});
