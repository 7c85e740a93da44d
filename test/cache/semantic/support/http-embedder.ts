import { arrayAt, isObject, numberAt } from "../../../../plugins/core/read-json";

/** @param url of an endpoint that speaks OpenAI's embeddings, e.g. `http://127.0.0.1:8080/v1/embeddings` */
export function embedOverHttp(url: string): (texts: string[]) => Promise<Float32Array[]> {
  return async (input) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${process.env["EMBEDDINGS_KEY"] ?? "none"}` },
      body: JSON.stringify({ model: process.env["EMBEDDINGS_MODEL"] ?? "default", input, encoding_format: "float" }),
    });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return vectorsOf(await response.json());
  };
}

function vectorsOf(answer: unknown): Float32Array[] {
  if (!isObject(answer)) throw new Error("the answer is no object");
  return arrayAt(answer, "data")
    .filter(isObject)
    .sort((one, other) => (numberAt(one, "index") ?? 0) - (numberAt(other, "index") ?? 0))
    .map((it) => Float32Array.from(arrayAt(it, "embedding").filter((value) => typeof value === "number")));
}
