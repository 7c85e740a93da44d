import { openai } from "../../../plugins/providers/openai";
import { anyOpenaiCompatible } from "../../../plugins/providers/openai-compatible";
import { bodyOf, conform, decodePieces, describeOracle, foldEvents, isReadable, testContext } from "../oracle";

describeOracle("openai", (records) => {
  const factGaps = {
    "openai-23042432b232bea3": "the deprecated function_call, which the reference reader does not know; we read it as a call",
  };
  conform(
    records.filter((record) => isReadable(record, "chat")),
    openai,
    { factGaps },
  );
});

/** Everybody else whose recorded `chat` API is this one. */
const COMPATIBLE = [
  ...["azure", "bedrock", "cerebras", "crusoe", "deepseek", "groq", "huggingface", "mistral", "ollama", "openrouter"],
  ...["perplexity", "snowflake", "together", "vercel-gateway", "xai", "zai"],
];

for (const file of COMPATIBLE) {
  describeOracle(file, (records) => {
    conform(
      records.filter((record) => isReadable(record, "chat")),
      anyOpenaiCompatible,
    );
  });
}

/** The reference reader of xAI drops a delta that repeats the one before it ("J.R." for "J.R.R."). */
const REASONING_GAPS = new Set(["xai-05d0ef2c83dc5410"]);

for (const file of ["openai", ...COMPATIBLE]) {
  describeOracle(file, (records) => {
    it("reads the same reasoning, reasoning tokens and cache writes", () => {
      for (const record of records.filter((it) => isReadable(it, "chat") && !REASONING_GAPS.has(it.id))) {
        const codec = file === "openai" ? openai : anyOpenaiCompatible;
        const folded = foldEvents(decodePieces(codec, record.stream, [bodyOf(record)], testContext()));
        const facts = record.facts;
        expect({
          id: record.id,
          text: folded.reasoning.trim(),
          tokens: folded.usage?.reasoning ?? 0,
          written: folded.usage?.cacheWrite ?? 0,
        }).toEqual({
          id: record.id,
          text: facts?.reasoning.trim(),
          tokens: facts?.usage.reasoning ?? 0,
          written: facts?.usage.cache_write ?? folded.usage?.cacheWrite ?? 0,
        });
      }
    });
  });
}

for (const file of ["openai", "azure", "deepseek", "groq", "ollama", "perplexity"]) {
  describeOracle(file, (records) => {
    it.each(records.filter((it) => it.api === "chat" && it.status >= 400).map((it) => [it.id, it] as const))(
      "%s: the provider's words survive in a typed error",
      (_, record) => {
        const error = openai.decodeError(record.status, {}, bodyOf(record));
        const said = JSON.parse(bodyOf(record).toString("utf8")) as { error: { message: string } };
        const expected = record.status === 401 ? 502 : record.status;
        expect(error.status).toBe(expected);
        // Up to what is masked in messages about our key.
        expect(error.message.slice(0, 15)).toBe(said.error.message.slice(0, 15));
      },
    );
  });
}
