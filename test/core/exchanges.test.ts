import { Exchanges } from "../../plugins/core/exchanges";
import { alias, openPipeline, target } from "../support/exchange";

const pipeline = () => openPipeline({ aliases: [alias("m", [target("openai", "x")])] });

test("one exchange more than the bound is refused with a time to come back; ended ones make room", () => {
  const exchanges = new Exchanges();
  const [a, b, c] = [pipeline(), pipeline(), pipeline()];
  const bounds = { maxExchanges: 2 };
  exchanges.begin(a, bounds);
  exchanges.begin(b, bounds);
  expect(() => exchanges.begin(c, bounds)).toThrow(
    expect.objectContaining({ kind: "unavailable", options: expect.objectContaining({ retryAfterMs: 1000 }) }),
  );
  exchanges.end(a, 0);
  exchanges.begin(c, bounds);
  expect(exchanges.find(c.exchange.id)).toBe(c);
  expect(exchanges.find(a.exchange.id)).toBeUndefined();
});

test("held request bodies are bounded and given back", () => {
  const exchanges = new Exchanges();
  const bounds = { maxInflightBytes: 100 };
  exchanges.hold(60, bounds);
  expect(() => exchanges.hold(41, bounds)).toThrow(expect.objectContaining({ kind: "unavailable" }));
  exchanges.end(pipeline(), 60);
  exchanges.hold(100, bounds);
});
