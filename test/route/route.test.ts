import type { Exchange } from "../../plugins/core/exchange";
import type { Hooks } from "../../plugins/core/plugin";
import type { ModelAlias } from "../../plugins/core/target";
import { route } from "../../plugins/route";
import { alias, chat, openPipeline, pluginServices, policyFacts, sent, target } from "../support/exchange";

const open = route.open(undefined, pluginServices, policyFacts);
const hooks = (exchange: Exchange): Hooks[] => Object.values(open(exchange));
const planned = async (it: ModelAlias, body = chat()) => {
  const pipeline = openPipeline({ aliases: [it], hooks });
  sent(await pipeline.request(body));
  return { models: pipeline.exchange.plan?.targets.map(({ model }) => model), facts: pipeline.exchange.facts };
};

describe("route", () => {
  const three = ["a", "b", "c"].map((model) => target("openai", model));

  test.each([
    [1, ["a"]],
    [2, ["a", "b"]],
    [3, ["a", "b", "c"]],
    [5, ["a", "b", "c", "a", "b"]],
  ])("%i attempts", async (attempts, models) => {
    const plan = await planned(alias("m", three, { attempts }));
    expect(plan.models).toEqual(models);
    expect(plan.facts.of("plan")).toEqual([
      { kind: "plan", strategy: "fallback", targets: models.map((model) => `openai/${model}`) },
    ]);
  });

  describe("context windows", () => {
    const windows = (...sizes: (number | undefined)[]) =>
      alias(
        "m",
        sizes.map((contextWindow, index) => target("openai", `${index}`, contextWindow === undefined ? {} : { contextWindow })),
      );
    const long = chat({ messages: [{ role: "user", content: "x".repeat(40_000) }] });

    test("a prompt that fits keeps the order", async () => {
      expect((await planned(windows(1000, 100_000))).models).toEqual(["0", "1"]);
    });

    test("one that does not goes to a larger target first, the small one stays as the last resort", async () => {
      const plan = await planned(windows(1000, 100_000, undefined), long);
      expect(plan.models).toEqual(["1", "2", "0"]);
      expect(plan.facts.of("context-window")).toEqual([
        { kind: "context-window", target: "openai/0", window: 1000, estimate: expect.any(Number) },
      ]);
    });

    test("when none fits, the largest is asked first", async () => {
      expect((await planned(windows(100, 300, 200), long)).models).toEqual(["1", "2", "0"]);
    });

    test("asked-for output counts", async () => {
      expect((await planned(windows(1000, 100_000), chat({ max_tokens: 5000 }))).models).toEqual(["1", "0"]);
      expect((await planned(windows(1000, 100_000), chat({ max_completion_tokens: 5000 }))).models).toEqual(["1", "0"]);
    });
  });
});
