/** `models/{model}:batchEmbedContents`, v1beta. */
import type { EmbeddingsCodec } from "../../core/provider";
import { arrayAt, isObject, numberAt, objectAt } from "../../core/read-json";
import { badVectors, checkVectors, readNumbers } from "../shared/vectors";

/** Those that take a task type as a field; later ones want it in words, older ones refuse it. */
const TAKES_TASK = /^(gemini-embedding-001|text-embedding-\d)/;

export const embeddings: EmbeddingsCodec = {
  encode(name, texts, dimensions) {
    const model = name.replace(/^models\//, "");
    const options = {
      ...(TAKES_TASK.test(model) ? { taskType: "SEMANTIC_SIMILARITY" } : {}),
      ...(dimensions === undefined ? {} : { outputDimensionality: dimensions }),
    };
    const requests = texts.map((text) => ({ model: `models/${model}`, content: { parts: [{ text }] }, ...options }));
    return {
      path: `/v1beta/models/${encodeURIComponent(model)}:batchEmbedContents`,
      headers: { "content-type": "application/json" },
      body: Buffer.from(JSON.stringify({ requests })),
    };
  },
  /** In the order of the requests. Shortened vectors are not of length 1. */
  decode(body, count) {
    if (!isObject(body)) throw badVectors("no JSON object");
    const vectors = arrayAt(body, "embeddings").map((item) => (isObject(item) ? readNumbers(item["values"]) : undefined));
    return {
      vectors: checkVectors(vectors, count),
      inputTokens: numberAt(objectAt(body, "usageMetadata") ?? {}, "promptTokenCount"),
    };
  },
};
