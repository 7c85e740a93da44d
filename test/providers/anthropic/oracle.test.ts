import { anthropic } from "../../../plugins/providers/anthropic";
import { bodyOf, conform, decodePieces, describeOracle, foldEvents, isReadable, testContext } from "../oracle";

describeOracle("anthropic", (records) => {
  conform(
    records.filter((record) => isReadable(record, "messages")),
    anthropic,
  );

  it("agrees on thoughts, cache writes and thinking tokens of every record", () => {
    const readable = records.filter((record) => isReadable(record, "messages"));
    for (const record of readable) {
      const folded = foldEvents(decodePieces(anthropic, record.stream, [bodyOf(record)], testContext()));
      const { reasoning, usage } = record.facts ?? { reasoning: "", usage: undefined };
      expect([record.id, folded.reasoning.trim()]).toEqual([record.id, reasoning.trim()]);
      expect([record.id, folded.usage?.cacheWrite ?? 0]).toEqual([record.id, usage?.cache_write ?? 0]);
      expect([record.id, folded.usage?.reasoning ?? 0]).toEqual([record.id, usage?.reasoning ?? 0]);
    }
  });

  it.each(records.filter((record) => record.status >= 400).map((record) => [record.id, record] as const))(
    "error answer %s",
    (_, record) => {
      const error = anthropic.decodeError(record.status, { "content-type": record.content_type }, bodyOf(record));
      expect(error.kind).toBe("upstream_auth");
      expect(error.message).not.toBe("");
    },
  );
});

// Vertex serves Claude with the same bodies.
describeOracle("vertex", (records) => {
  conform(
    records.filter((record) => isReadable(record, "rawPredict")),
    anthropic,
  );
});
