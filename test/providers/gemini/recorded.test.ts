/** Recorded answers of the Gemini API and of Vertex AI, against an independent reading of them. */
import type { ChatEvent } from "../../../plugins/core/events";
import { gemini } from "../../../plugins/providers/gemini";
import {
  bodyOf,
  conform,
  decodePieces,
  describeOracle,
  type Folded,
  foldEvents,
  isReadable,
  type OracleRecord,
  testContext,
} from "../oracle";

/**
 * The facts leave out what Google's own tools read for the model (`toolUsePromptTokenCount`); it is billed as input and part of
 * `totalTokenCount`, so the codec counts it. Taken out again to compare the rest.
 */
function asFacts(events: readonly ChatEvent[], record: OracleRecord): Folded {
  const folded = foldEvents(events);
  const counts = [
    ...bodyOf(record)
      .toString("utf8")
      .matchAll(/"toolUsePromptTokenCount": ?(\d+)/g),
  ].map((match) => Number(match[1]));
  const read = counts.at(-1) ?? 0;
  return folded.usage === undefined ? folded : { ...folded, usage: { ...folded.usage, input: folded.usage.input - read } };
}

for (const file of ["gemini", "vertex"]) {
  describeOracle(file, (records) => {
    const readable = records.filter((record) => isReadable(record, "generateContent"));
    conform(readable, gemini, { through: asFacts });

    const failed = records.filter((record) => record.status >= 400 && record.api === "generateContent");
    it.each(failed.map((record) => [record.id, record] as const))("error %s keeps the provider's words", (_id, record) => {
      const error = gemini.decodeError(record.status, {}, bodyOf(record));
      const said = JSON.parse(bodyOf(record).toString("utf8")) as { error: { message: string } };
      expect(error.message).toBe(said.error.message);
      expect(error.kind).toMatch(/^(model_not_found|upstream_auth|bad_request)$/);
    });

    it("the reasoning is the one the facts name", () => {
      const different = readable.filter((record) => {
        const events = decodePieces(gemini, record.stream, [bodyOf(record)], testContext(record.model));
        return foldEvents(events).reasoning.trim() !== record.facts?.reasoning.trim();
      });
      expect(different.map((record) => record.id)).toEqual([]);
    });
  });
}
