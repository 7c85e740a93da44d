import type { Caller, Exchange } from "../../plugins/core/exchange";
import type { Fact } from "../../plugins/core/facts";
import { alias, chat, target } from "../support/exchange";
import { found, open } from "./support";

const ALIASES = [alias("m", [target("openai", "a")])];

/** Whether a rule that forbids the only target is in force. */
async function inForce(
  when: object,
  request: { caller?: Partial<Caller>; headers?: Record<string, string>; facts?: readonly Fact[] } = {},
): Promise<boolean> {
  const note = (exchange: Exchange): void => {
    for (const fact of request.facts ?? []) exchange.facts.add(fact);
  };
  const { caller = {}, headers = {} } = request;
  const { pipeline } = open({
    aliases: ALIASES,
    rules: [{ name: "r", when, allow: { regions: ["eu"] } }],
    caller,
    headers,
    request: note,
  });
  return (await pipeline.request(chat())).kind === "reply";
}

test.each<[string, object, Parameters<typeof inForce>[1], boolean]>([
  ["everything", {}, {}, true],
  ["caller", { callers: ["a"] }, { caller: { id: "a" } }, true],
  ["another caller", { callers: ["a"] }, { caller: { id: "b" } }, false],
  ["team", { teams: ["t"] }, { caller: { team: "t" } }, true],
  ["no team", { teams: ["t"] }, {}, false],
  ["group", { groups: ["g", "h"] }, { caller: { groups: ["x", "h"] } }, true],
  ["caller's tag", { tags: ["gdpr"] }, { caller: { tags: ["gdpr"] } }, true],
  ["model", { models: ["m"] }, {}, true],
  ["another model", { models: ["n"] }, {}, false],
  ["header", { headers: [{ name: "x-class", values: ["secret"] }] }, { headers: { "x-class": "secret" } }, true],
  [
    "header in another case",
    { headers: [{ name: "x-class", values: ["Secret"] }] },
    { headers: { "x-class": " SECRET " } },
    true,
  ],
  ["header with a pattern", { headers: [{ name: "x-class", values: ["a*z"] }] }, { headers: { "x-class": "abz" } }, true],
  ["a pattern does not overlap", { headers: [{ name: "x-class", values: ["ab*ba"] }] }, { headers: { "x-class": "aba" } }, false],
  ["any value", { headers: [{ name: "x-class", values: ["*"] }] }, { headers: { "x-class": "" } }, true],
  ["no header", { headers: [{ name: "x-class", values: ["*"] }] }, {}, false],
  ["another value", { headers: [{ name: "x-class", values: ["secret"] }] }, { headers: { "x-class": "secrets" } }, false],
  ["sent twice", { headers: [{ name: "x-class", values: ["secret"] }] }, { headers: { "x-class": "public, secret" } }, true],
  ["all headers", { headers: ["a", "b"].map((name) => ({ name, values: ["*"] })) }, { headers: { a: "1" } }, false],
  ["entity", { entities: ["credit_card"] }, { facts: [found("credit_card")] }, true],
  ["entity that was only flagged", { entities: ["credit_card"] }, { facts: [found("credit_card", { action: "flag" })] }, true],
  ["another entity", { entities: ["credit_card"] }, { facts: [found("email")] }, false],
  ["group of entities", { entities: ["finance"] }, { facts: [found("iban", { group: "finance" })] }, true],
  ["any entity", { entities: ["all"] }, { facts: [found("my-list")] }, true],
  ["too few", { entities: ["email"], min_count: 3 }, { facts: [found("email", { count: 2 })] }, false],
  [
    "enough together",
    { entities: ["email", "phone"], min_count: 3 },
    { facts: [found("email", { count: 2 }), found("phone")] },
    true,
  ],
  ["all that is said", { teams: ["t"], entities: ["email"] }, { facts: [found("email")] }, false],
])("%s", async (_, when, request, expected) => {
  expect(await inForce(when, request)).toBe(expected);
});
