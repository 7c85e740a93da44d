import type { Caller } from "../../plugins/core/exchange";
import { ModelTable } from "../../plugins/core/model-table";
import type { ModelAlias, Target } from "../../plugins/core/target";

const target = (model: string) => ({ model, provider: { name: "p" } }) as Target;
const alias = (name: string, model = "m", allow: Partial<ModelAlias["allow"]> = {}): ModelAlias => ({
  name,
  strategy: "fallback",
  targets: [target(model)],
  attempts: 1,
  fallbackStatuses: [],
  backoff: { baseMs: 1, maxMs: 1 },
  allow: { callers: [], teams: [], groups: [], ...allow },
});
const caller = (it: Partial<Caller> = {}): Caller => ({ id: "jwt:i|a", anonymous: false, groups: [], tags: [], ip: "", ...it });

describe("ModelTable", () => {
  const table = new ModelTable([
    alias("openai/*", "*"),
    alias("openai/special", "s"),
    alias("*-turbo", "t"),
    alias("gpt-*", "vendor/gpt-*"),
    alias("plain", "p"),
  ]);
  const modelOf = (name: string) => table.find(name, caller())?.targets[0]?.model;

  test.each([
    ["plain", "p"],
    ["openai/gpt-4o", "gpt-4o"],
    ["openai/ft:gpt-4o:acme::x/y", "ft:gpt-4o:acme::x/y"],
    ["openai/special", "s"],
    ["x-turbo", "t"],
    ["gpt-4o", "vendor/gpt-4o"],
    ["gpt-$&", "vendor/gpt-$&"],
    ["openai/", undefined],
    ["-turbo", undefined],
    ["OpenAI/gpt-4o", undefined],
    ["constructor", undefined],
    ["__proto__", undefined],
    ["", undefined],
  ])("%j is answered by model %j", (name, model) => {
    expect(modelOf(name)).toBe(model);
  });

  test("a bare star takes every name", () => {
    expect(new ModelTable([alias("*", "*")]).find("a/b", caller())?.targets[0]?.model).toBe("a/b");
  });

  test("filling a pattern leaves the alias itself alone", () => {
    table.find("openai/one", caller());
    expect(modelOf("openai/two")).toBe("two");
  });

  test("patterns are not listed as models", () => {
    expect(table.visible(caller()).map(({ name }) => name)).toEqual(["openai/special", "plain"]);
  });

  test.each([
    [{ callers: ["jwt:i|a"] }, true],
    [{ callers: ["jwt:i|b"] }, false],
    [{ teams: ["red"] }, true],
    [{ teams: ["blue"] }, false],
    [{ groups: ["x", "g2"] }, true],
    [{ groups: ["x"] }, false],
    [{ callers: ["jwt:i|b"], groups: ["g1"] }, true],
    [{}, true],
  ])("allow %j: %s", (allow, allowed) => {
    const it = new ModelTable([alias("m", "m", allow)]);
    const who = caller({ team: "red", groups: ["g1", "g2"] });
    expect(it.find("m", who) !== undefined).toBe(allowed);
    expect(it.visible(who).length === 1).toBe(allowed);
  });

  test("a name one may not use does not fall through to a pattern", () => {
    const it = new ModelTable([alias("gpt", "g", { teams: ["blue"] }), alias("*", "*")]);
    expect(it.find("gpt", caller())).toBeUndefined();
  });
});
