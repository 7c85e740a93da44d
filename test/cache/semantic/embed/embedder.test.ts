import { Embedder, type EmbedderParts, LONGEST_TEXT } from "../../../../plugins/cache/semantic/embed/embedder";
import { GraftError } from "../../../../plugins/core/errors";
import type { Exchange } from "../../../../plugins/core/exchange";
import type { TextToEmbed } from "../../../../plugins/side-calls";
import { alias, openPipeline, target } from "../../../support/exchange";

type Answer = (texts: readonly TextToEmbed[]) => readonly (Float32Array | GraftError)[];

function exchange(): Exchange {
  return openPipeline({ aliases: [alias("m", [target("openai", "gpt-4o")])] }).exchange;
}

const vectorOf = (text: string): Float32Array => Float32Array.of(text.length, 1);

function opened(answer: Answer = (texts) => texts.map(({ text }) => vectorOf(text)), parts: Partial<EmbedderParts> = {}) {
  const calls: string[][] = [];
  const troubles: string[] = [];
  const embedder = new Embedder({
    sideCalls: {
      embed: async (_target, texts, { purpose, timeoutMs, dimensions }) => {
        expect({ purpose, timeoutMs, dimensions }).toEqual({ purpose: "cache:question", timeoutMs: 500, dimensions: 2 });
        calls.push(texts.map(({ text }) => text));
        return answer(texts);
      },
    },
    target: target("openai", "e5"),
    purpose: "cache:question",
    timeoutMs: 500,
    dimensions: 2,
    batchMs: 1,
    onTrouble: (error) => troubles.push(error.kind),
    ...parts,
  });
  return { embedder, calls, troubles };
}

test("what several ask at once is one call, and is known from then on", async () => {
  const { embedder, calls } = opened();
  const texts = ["a", "bb", "ccc"];
  const ask = () => Promise.all(texts.map((text) => embedder.embed(exchange(), text)));
  expect(await ask()).toEqual(texts.map(vectorOf));
  expect(await ask()).toEqual(texts.map(vectorOf));
  expect(calls).toEqual([texts]);
});

test("no more at once than servers take", async () => {
  const { embedder, calls } = opened();
  await Promise.all(Array.from({ length: 70 }, (_, index) => embedder.embed(exchange(), `text ${index}`)));
  expect(calls.map((texts) => texts.length)).toEqual([32, 32, 6]);
});

test("nothing to read, or too much: nobody is asked", async () => {
  const { embedder, calls, troubles } = opened();
  for (const text of ["", " \n\t", "x".repeat(LONGEST_TEXT + 1)]) {
    expect(await embedder.embed(exchange(), text)).toBeUndefined();
  }
  expect(await embedder.embed(exchange(), "x".repeat(LONGEST_TEXT))).toBeDefined();
  expect(calls).toHaveLength(1);
  expect(troubles).toEqual([]);
});

test("a failure is told of once, remembered by nobody, and the next one asks again", async () => {
  let fails = true;
  const error = new GraftError("timeout", "");
  const { embedder, calls, troubles } = opened((texts) => texts.map(({ text }) => (fails ? error : vectorOf(text))));
  expect(await Promise.all([embedder.embed(exchange(), "a"), embedder.embed(exchange(), "b")])).toEqual([undefined, undefined]);
  expect(troubles).toEqual(["timeout"]);
  fails = false;
  expect(await embedder.embed(exchange(), "a")).toEqual(vectorOf("a"));
  expect(calls).toEqual([["a", "b"], ["a"]]);
});

test("one exchange's refusal is its own", async () => {
  const { embedder, troubles } = opened((texts) =>
    texts.map(({ text }) => (text === "mine" ? new GraftError("forbidden", "") : vectorOf(text))),
  );
  const found = await Promise.all([embedder.embed(exchange(), "mine"), embedder.embed(exchange(), "yours")]);
  expect(found).toEqual([undefined, vectorOf("yours")]);
  expect(troubles).toEqual(["forbidden"]);
});

test("a text the model refuses costs the others nothing: each is asked for by itself", async () => {
  const { embedder, calls, troubles } = opened((texts) => {
    const error = new GraftError("bad_request", "too many tokens");
    return texts.map(({ text }) => (texts.some((it) => it.text === "bad") ? error : vectorOf(text)));
  });
  const found = await Promise.all(["a", "bad", "c"].map((text) => embedder.embed(exchange(), text)));
  expect(found).toEqual([vectorOf("a"), undefined, vectorOf("c")]);
  expect(calls).toEqual([["a", "bad", "c"], ["a"], ["bad"], ["c"]]);
  expect(troubles).toEqual(["bad_request"]);
});

test("remembers as much as it may", async () => {
  const { embedder, calls } = opened(undefined, { maxBytes: 3 * 258 });
  for (const text of ["a", "b", "c", "d"]) await embedder.embed(exchange(), text);
  await embedder.embed(exchange(), "d");
  await embedder.embed(exchange(), "b");
  expect(calls).toHaveLength(4);
  await embedder.embed(exchange(), "a");
  expect(calls).toHaveLength(5);
});
