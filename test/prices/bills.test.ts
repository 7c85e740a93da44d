/** Recorded answers in which the provider says itself what they cost, in dollars or xAI's ticks: through our decoder and prices. */
import { atServiceTier, costOf, Prices } from "../../plugins/prices";
import { anyOpenaiCompatible } from "../../plugins/providers/openai-compatible";
import { bodyOf, decodePieces, describeOracle, foldEvents, type OracleRecord, testContext } from "../providers/oracle";
import { NOW, provider } from "./support";

const prices = new Prices();

/** The last one of a stream counts. */
function billedNanos(record: OracleRecord): number | undefined {
  const said = [
    ...bodyOf(record)
      .toString("utf8")
      .matchAll(/"(cost|cost_in_usd_ticks)":\s*([0-9.eE+-]+)/g),
  ].at(-1);
  if (said === undefined) return undefined;
  return Number(said[2]) * (said[1] === "cost" ? 1e9 : 0.1);
}

const NOT_OURS: Readonly<Record<string, string>> = {
  "openrouter-ea5382bbf77de5c2": "charges for its web plugin",
  "openrouter-eb60286df605aac0": "charges for a tool it ran",
  "openrouter-aef66a9cbf084042": "sent it to a host that is 6 % dearer than the usual one",
  "openrouter-c0bbfe81b567a771": "billed by OpenAI, with the caller's own key",
  "openrouter-5f208a068a2467b0": "model is gone from the table",
  "openrouter-a802a853a068c980": "model is gone from the table",
};

describe.each([
  ["openrouter", "https://openrouter.ai/api/v1", 35],
  ["xai", "https://api.x.ai/v1", 5],
])("%s", (file, url, atLeast) => {
  describeOracle(file, (records) => {
    const billed = records.flatMap((record) => {
      const nanos = record.api === "chat" && NOT_OURS[record.id] === undefined ? billedNanos(record) : undefined;
      return nanos === undefined ? [] : [{ record, nanos }];
    });

    test("there are enough of them", () => expect(billed.length).toBeGreaterThanOrEqual(atLeast));

    test.each(billed.map((it) => [it.record.id, it.record.model, it] as const))("%s: %s", (_, model, { record, nanos }) => {
      const { usage } = foldEvents(decodePieces(anyOpenaiCompatible, record.stream, [bodyOf(record)], testContext()));
      const row = prices.row(provider("openai-compatible", url, file), model, NOW);
      if (usage === undefined || row === undefined) throw new Error("no usage, or no price");
      const cost = costOf(usage, atServiceTier(row, usage.serviceTier)).nanos;
      // Theirs are doubles. Ours are rounded up for each kind.
      expect(cost).toBeGreaterThanOrEqual(nanos - 0.001);
      expect(cost).toBeLessThan(nanos + 4);
    });
  });
});
