import { gemini } from "../../../plugins/providers/gemini";

const codec = gemini.embeddings!;
const bodyOf = ({ body }: { readonly body: Buffer }): unknown => JSON.parse(body.toString());

test("a request for each text; the task only where it is a field", () => {
  const encoded = codec.encode("models/gemini-embedding-001", ["a", "b"], 768);
  expect(encoded.path).toBe("/v1beta/models/gemini-embedding-001:batchEmbedContents");
  const options = { taskType: "SEMANTIC_SIMILARITY", outputDimensionality: 768 };
  expect(bodyOf(encoded)).toEqual({
    requests: ["a", "b"].map((text) => ({ model: "models/gemini-embedding-001", content: { parts: [{ text }] }, ...options })),
  });
  expect(bodyOf(codec.encode("gemini-embedding-2", ["a"]))).toEqual({
    requests: [{ model: "models/gemini-embedding-2", content: { parts: [{ text: "a" }] } }],
  });
  expect(codec.encode("../x y", ["a"]).path).toBe("/v1beta/models/..%2Fx%20y:batchEmbedContents");
});

test("vectors in the order of the texts, with usage where it is said", () => {
  const embeddings = [{ values: [1, 2] }, { values: [3, 4] }];
  const vectors = [Float32Array.of(1, 2), Float32Array.of(3, 4)];
  expect(codec.decode({ embeddings }, 2)).toEqual({ vectors, inputTokens: undefined });
  expect(codec.decode({ embeddings, usageMetadata: { promptTokenCount: 9 } }, 2)).toEqual({ vectors, inputTokens: 9 });
});

test.each<[string, unknown, number]>([
  ["no object", null, 1],
  ["nothing", {}, 1],
  ["too few", { embeddings: [{ values: [1] }] }, 2],
  ["too many", { embeddings: [{ values: [1] }, { values: [1] }] }, 1],
  ["no values", { embeddings: [{}] }, 1],
  ["different lengths", { embeddings: [{ values: [1] }, { values: [1, 2] }] }, 2],
  ["no number", { embeddings: [{ values: ["1"] }] }, 1],
])("refused: %s", (_name, body, count) => {
  expect(() => codec.decode(body, count)).toThrow(expect.objectContaining({ kind: "upstream_invalid" }));
});
