/** `POST /embeddings`, as OpenAI has it and all who copy OpenAI. */
import type { EmbeddingsCodec } from "../../core/provider";
import { arrayAt, isObject, numberAt, objectAt, stringAt } from "../../core/read-json";
import { badVectors, checkVectors, readNumbers } from "../shared/vectors";

/**
 * @param base64 ask for base64: a third of the bytes, and no text to be made numbers. Servers that do not know the option ignore it,
 * refuse it, or answer zeros, so only OpenAI itself is asked; without it all send lists of numbers.
 */
export function openaiEmbeddings(base64: boolean): EmbeddingsCodec {
  return {
    encode: (model, texts, dimensions) => ({
      path: "/embeddings",
      headers: { "content-type": "application/json" },
      body: Buffer.from(
        JSON.stringify({
          model,
          input: texts,
          ...(base64 ? { encoding_format: "base64" } : {}),
          ...(dimensions === undefined ? {} : { dimensions }),
        }),
      ),
    }),
    decode(body, count) {
      if (!isObject(body)) throw badVectors("no JSON object");
      const items = arrayAt(body, "data");
      if (items.length !== count) throw badVectors(`${items.length} vectors for ${count} texts`);
      const vectors = new Array<Float32Array | undefined>(count).fill(undefined);
      items.forEach((item, place) => {
        if (!isObject(item)) throw badVectors("an item is no object");
        // They may come in any order, and some servers leave the number out.
        const index = numberAt(item, "index") ?? place;
        if (!Object.hasOwn(vectors, index) || vectors[index] !== undefined) throw badVectors("an index is wrong");
        const text = stringAt(item, "embedding");
        vectors[index] = text === undefined ? readNumbers(item["embedding"]) : readBase64(text);
      });
      return { vectors: checkVectors(vectors, count), inputTokens: numberAt(objectAt(body, "usage") ?? {}, "prompt_tokens") };
    },
  };
}

/** 32-bit floats, little-endian, as on every machine that Node runs on here. */
function readBase64(text: string): Float32Array | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.length % 4 === 0 ? new Float32Array(new Uint8Array(bytes).buffer) : undefined;
}
