import { openai } from "../../../plugins/providers/openai";
import { anyOpenaiCompatible } from "../../../plugins/providers/openai-compatible";

const codec = anyOpenaiCompatible.embeddings!;

test("asks in one call, and for base64 of OpenAI only", () => {
  const { path, headers, body } = codec.encode("e5", ["a", "b"]);
  expect(path).toBe("/embeddings");
  expect(headers).toEqual({ "content-type": "application/json" });
  expect(JSON.parse(body.toString())).toEqual({ model: "e5", input: ["a", "b"] });
  expect(JSON.parse(openai.embeddings!.encode("t", ["a"], 256).body.toString())).toEqual({
    model: "t",
    input: ["a"],
    encoding_format: "base64",
    dimensions: 256,
  });
});

test("lists in any order, base64, and servers that leave numbers and usage out", () => {
  const listed = [
    { object: "embedding", index: 1, embedding: [0, 1] },
    { object: "embedding", index: 0, embedding: [0.5, -2] },
  ];
  const answer = { object: "list", data: listed, usage: { prompt_tokens: 7, total_tokens: 7 } };
  expect(codec.decode(answer, 2)).toEqual({
    vectors: [Float32Array.of(0.5, -2), Float32Array.of(0, 1)],
    inputTokens: 7,
  });
  const base64 = Buffer.from(Float32Array.of(0.25, 3).buffer).toString("base64");
  expect(codec.decode({ data: [{ embedding: base64 }, { embedding: [1, 2] }] }, 2)).toEqual({
    vectors: [Float32Array.of(0.25, 3), Float32Array.of(1, 2)],
    inputTokens: undefined,
  });
});

const one = { index: 0, embedding: [1, 2] };
test.each<[string, unknown, number]>([
  ["no object", [one], 1],
  ["no data", {}, 1],
  ["too few", { data: [one] }, 2],
  ["too many", { data: [one, { index: 1, embedding: [1, 2] }] }, 1],
  ["one twice", { data: [one, one] }, 2],
  ["an index beyond", { data: [one, { index: 2, embedding: [1, 2] }] }, 2],
  ["an index below", { data: [{ index: -1, embedding: [1] }] }, 1],
  ["an index between", { data: [{ index: 0.5, embedding: [1] }] }, 1],
  ["no vector", { data: [{ index: 0 }] }, 1],
  ["null", { data: [{ index: 0, embedding: null }] }, 1],
  ["an empty vector", { data: [{ index: 0, embedding: [] }] }, 1],
  ["empty base64", { data: [{ index: 0, embedding: "" }] }, 1],
  ["half a float", { data: [{ index: 0, embedding: "AAAA" }] }, 1],
  ["different lengths", { data: [one, { index: 1, embedding: [1] }] }, 2],
  ["zeros", { data: [one, { index: 1, embedding: [0, 0] }] }, 2],
  ["text in it", { data: [{ index: 0, embedding: [1, "2"] }] }, 1],
  ["null in it", { data: [{ index: 0, embedding: [1, null] }] }, 1],
  ["more than a float holds", { data: [{ index: 0, embedding: [1e300] }] }, 1],
  ["no number in base64", { data: [{ index: 0, embedding: "AADAfw==" }] }, 1],
  ["endless", { data: [{ index: 0, embedding: new Array(20_000).fill(1) }] }, 1],
])("refused: %s", (_name, body, count) => {
  expect(() => codec.decode(body, count)).toThrow(expect.objectContaining({ kind: "upstream_invalid" }));
});
