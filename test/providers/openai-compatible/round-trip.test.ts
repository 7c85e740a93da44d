/** decode (dialect) and encode (codec) are inverse: nothing the dialect understood is lost or changed on the way out. */
import fc from "fast-check";
import { parseJsonSource } from "../../../plugins/core/json-source";
import { openaiChat } from "../../../plugins/dialects/openai-chat";
import { anyOpenaiCompatible } from "../../../plugins/providers/openai-compatible";
import { describeOracle } from "../oracle";
import { canonicalRequest } from "./client-request";
import { normalised } from "./normalised";

type Json = Record<string, unknown>;

function decode(body: unknown) {
  return openaiChat.decodeRequest(parseJsonSource(Buffer.from(JSON.stringify(body))));
}

function encode(body: unknown): { body: Json; dropped: readonly string[] } {
  const encoded = anyOpenaiCompatible.encodeRequest(decode(body), { model: "m" });
  return { body: JSON.parse(encoded.body.toString("utf8")) as Json, dropped: encoded.dropped };
}

it("encode(decode(x)) is x, for canonical x", () => {
  fc.assert(
    fc.property(canonicalRequest, (body) => {
      const encoded = encode(body);
      expect(encoded.body).toEqual(JSON.parse(JSON.stringify(body)));
      expect(encoded.dropped).toEqual([]);
    }),
    { seed: 7, numRuns: 300 },
  );
});

it("decode(encode(decode(x))) is decode(x)", () => {
  fc.assert(
    fc.property(canonicalRequest, (body) => {
      const decoded = decode(body);
      expect(decode(encode(body).body)).toEqual(decoded);
    }),
    { seed: 8, numRuns: 100 },
  );
});

for (const file of [
  "openai",
  "azure",
  "deepseek",
  "groq",
  "openrouter",
  "mistral",
  "xai",
  "zai",
  "together",
  "cerebras",
  "ollama",
]) {
  describeOracle(file, (records) => {
    const chats = records.filter((it) => it.api === "chat" && it.request !== null && it.status < 400);
    it.each(chats.map((it) => [it.id, it] as const))("the recorded request %s goes out as it was written", (_, record) => {
      // Azure and tests of raw dictionaries name no model.
      const body = { ...record.request, model: "m" };
      const encoded = encode(body);
      expect({ body: encoded.body, dropped: encoded.dropped }).toEqual({ body: normalised(body), dropped: [] });
      expect(decode(encoded.body)).toEqual(decode(body));
    });
  });
}
