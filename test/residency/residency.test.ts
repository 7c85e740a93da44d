import fc from "fast-check";
import { GraftError } from "../../plugins/core/errors";
import type { Target } from "../../plugins/core/target";
import { Upstream } from "../../plugins/relay/upstream";
import { residencySchema } from "../../plugins/residency/config";
import { permitsOf } from "../../plugins/residency/rules";
import { ModelCalls } from "../../plugins/side-calls";
import { alias, chat, replied, sent, target } from "../support/exchange";
import { found, open } from "./support";

const EU = target("anthropic", "claude", { region: "eu-west-1", tags: ["no-training"] });
const US = target("openai", "gpt", { region: "us-east", tags: [] });
const HOME = target("openai-compatible", "llama", { tags: ["on-prem"] });
const ALL = alias("m", [US, EU, HOME]);

test("what a rule forbids is not in the plan, and the facts say why, once", async () => {
  const { pipeline, counted } = open({ aliases: [ALL], rules: [{ name: "eu", allow: { regions: ["eu"] } }] });
  const step = sent(await pipeline.request(chat()));
  expect(new Set(step.plan.targets)).toEqual(new Set([EU]));
  sent(await pipeline.attempt(2));
  expect(pipeline.exchange.facts.of("target-forbidden")).toEqual([
    { kind: "target-forbidden", target: "openai/gpt", rule: "eu" },
    { kind: "target-forbidden", target: "openai-compatible/llama", rule: "eu" },
  ]);
  expect(counted).toEqual(["eu narrowed"]);
});

test.each([
  [3, [EU, HOME]],
  [1, [EU]],
  [4, [EU, HOME, EU, HOME]],
])("%d attempts: no target is asked twice that would not be", async (attempts, expected) => {
  const rules = [{ name: "not-us", deny: { regions: ["us"] }, allow: { tags: ["no-training", "on-prem"] } }];
  const home = { ...HOME, region: "eu-home" };
  const { pipeline } = open({ aliases: [alias("m", [US, EU, home], { attempts })], rules });
  const { targets } = sent(await pipeline.request(chat())).plan;
  expect(targets).toEqual(expected.map((it) => (it === HOME ? home : it)));
});

test("all rules must permit a target", async () => {
  const { pipeline, counted } = open({
    aliases: [ALL],
    rules: [
      { name: "placed", allow: { regions: ["eu", "us"] } },
      { name: "trusted", when: { teams: ["a"] }, allow: { tags: ["no-training", "on-prem"] } },
      { name: "others", when: { teams: ["b"] }, deny: { tags: ["no-training"] } },
    ],
    caller: { team: "a" },
  });
  expect(new Set(sent(await pipeline.request(chat())).plan.targets)).toEqual(new Set([EU]));
  expect(counted).toEqual(["placed narrowed", "trusted narrowed"]);
});

test("nothing left is a 403 that names the rules and nothing else", async () => {
  const { pipeline, counted } = open({
    aliases: [alias("m", [US])],
    rules: [
      { name: "cards", when: { entities: ["credit_card"] }, allow: { regions: ["eu"] } },
      { name: "fine", allow: { regions: ["us"] } },
    ],
    request: ({ facts }) => facts.add(found("credit_card")),
  });
  const { status, json, headers } = replied(await pipeline.request(chat({ messages: [{ role: "user", content: "4111" }] })));
  expect(status).toBe(403);
  expect(json).toEqual({
    error: {
      message: "This request may not go where it would be handled: the gateway's residency rule `cards` does not allow it.",
      type: "invalid_request_error",
      param: null,
      code: "residency_not_allowed",
    },
  });
  expect(Object.keys(headers).filter((name) => name.startsWith("x-graft"))).toEqual([]);
  expect(pipeline.exchange.attempts).toEqual([]);
  expect(counted).toEqual(["cards refused", "fine permitted"]);
});

test.each([
  [{ team: "a" }, 200],
  [{ team: "b" }, 403],
])("without a rule, the default: %j", async (caller, status) => {
  const { pipeline, counted } = open({
    aliases: [ALL],
    rules: [{ name: "known", when: { teams: ["a"] } }],
    default: "deny",
    caller,
  });
  const step = await pipeline.request(chat());
  expect(step.kind === "send" ? 200 : step.reply.status).toBe(status);
  expect(counted).toEqual([status === 200 ? "known permitted" : "default refused"]);
});

test("a model's rule stays in force when a budget sends the request to another model", async () => {
  const cheap = alias("cheap", [US]);
  const { pipeline } = open({
    aliases: [alias("medical", [EU]), cheap],
    rules: [{ name: "medical", when: { models: ["medical"] }, allow: { regions: ["eu"] } }],
    request: (exchange) => {
      exchange.alias = cheap;
    },
  });
  expect(replied(await pipeline.request(chat({ model: "medical" }))).status).toBe(403);
});

test("rules of the model it is sent to are in force as well", async () => {
  const other = alias("other", [US, EU]);
  const { pipeline } = open({
    aliases: [alias("m", [US]), other],
    rules: [{ name: "other", when: { models: ["other"] }, allow: { regions: ["eu"] } }],
    request: (exchange) => {
      exchange.alias = other;
    },
  });
  expect(new Set(sent(await pipeline.request(chat())).plan.targets)).toEqual(new Set([EU]));
});

test("what is found after the route forbids what comes after", async () => {
  const { pipeline, counted } = open({
    aliases: [alias("m", [EU, US, HOME])],
    rules: [{ name: "cards", when: { entities: ["credit_card"] }, deny: { regions: ["us"], tags: ["on-prem"] } }],
  });
  sent(await pipeline.request(chat()));
  pipeline.exchange.facts.add(found("credit_card", { direction: "response" }));
  expect((await pipeline.refuses(US))?.code).toBe("residency_not_allowed");
  expect(await pipeline.refuses(EU)).toBeUndefined();
  expect(replied(await pipeline.attempt(2)).status).toBe(403);
  expect(replied(await pipeline.attempt(2, HOME)).status).toBe(403);
  sent(await pipeline.attempt(2, EU));
  expect(counted).toEqual(["cards stopped", "cards stopped", "cards stopped"]);
});

test("a side call goes nowhere the exchange may not go", async () => {
  const { pipeline } = open({ aliases: [alias("m", [EU])], rules: [{ name: "eu", allow: { regions: ["eu"] } }] });
  sent(await pipeline.request(chat()));
  const upstream = new Upstream({ env: {} });
  const call = jest.spyOn(upstream, "call");
  const calls = new ModelCalls(upstream, { newId: (prefix) => prefix });
  const asked = calls.ask(pipeline.exchange, US, pipeline.exchange.request, { purpose: "guard:topic", timeoutMs: 1000 });
  await expect(asked).rejects.toMatchObject({ kind: "forbidden", options: { code: "residency_not_allowed" } });
  expect(call).not.toHaveBeenCalled();
  await upstream.close();
});

const region = fc.constantFrom("eu", "eu-west", "eu-west-1", "us", "us-east", "europe");
const tag = fc.constantFrom("no-training", "on-prem", "cheap");
const targetOf = fc
  .record({ region: fc.option(region, { nil: undefined }), tags: fc.uniqueArray(tag, { maxLength: 2 }) })
  .map(({ region: where, tags }) => ({ tags, ...(where === undefined ? {} : { region: where }) }));
const some = <T>(of: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant<T[]>([]) }, fc.uniqueArray(of, { minLength: 1, maxLength: 3 }));
const place = fc.record({ regions: some(region), tags: some(tag) });
const when = fc.record(
  {
    teams: fc.constant(["a"]),
    models: fc.constantFrom(["m"], ["n"]),
    headers: fc.constant([{ name: "x-class", values: ["s*"] }]),
    entities: fc.constantFrom(["credit_card"], ["email", "phone"], ["all"]),
    min_count: fc.integer({ min: 1, max: 3 }),
  },
  { requiredKeys: [] },
);
const ruleOf = fc.record({ when, allow: place, deny: place });
const request = fc.record({
  team: fc.constantFrom("a", "b"),
  header: fc.constantFrom("secret", "public", "public, secret"),
  facts: fc.array(fc.tuple(fc.constantFrom("credit_card", "email", "phone"), fc.integer({ min: 1, max: 2 })), { maxLength: 3 }),
  reroute: fc.boolean(),
});

type AnyRequest = (typeof request extends fc.Arbitrary<infer R> ? R : never) & { late: boolean };

/** The rules' meaning, said again from the documentation. */
function isFor(it: Record<string, unknown>, { team, header, facts, reroute }: AnyRequest, lateFact: boolean): boolean {
  const models = reroute ? ["m", "n"] : ["m"];
  const entities = it["entities"] as string[] | undefined;
  const seen = [...facts, ...(lateFact ? [["phone", 2] as const] : [])];
  const count = seen
    .filter(([entity]) => entities?.includes("all") || entities?.includes(entity))
    .reduce((sum, [, n]) => sum + n, 0);
  return (
    (it["teams"] === undefined || team === "a") &&
    (it["models"] === undefined || models.includes((it["models"] as string[])[0] as string)) &&
    (it["headers"] === undefined || header.includes("secret")) &&
    (entities === undefined || count >= ((it["min_count"] as number | undefined) ?? 1))
  );
}

test("nothing is sent to a target that a rule in force forbids, in any attempt; 403 exactly when none is left", async () => {
  let refused = 0;
  let narrowed = 0;
  const property = fc.asyncProperty(
    fc.array(targetOf, { minLength: 1, maxLength: 6 }),
    fc.array(ruleOf, { minLength: 1, maxLength: 3 }),
    fc.record({ request, late: fc.boolean(), deny: fc.boolean() }),
    fc.array(fc.nat(9), { minLength: 1, maxLength: 6 }),
    async (places, rules, { request: asked, late, deny }, chosen) => {
      const all = places.map((it, at) => target("openai", `t${at}`, it));
      const named = rules.map((it, at) => ({ name: `r${at}`, ...it }));
      const [m, n] = [alias("m", all, { attempts: 7 }), alias("n", [...all].reverse(), { attempts: 7 })];
      const { pipeline } = open({
        aliases: [m, n],
        rules: named,
        default: deny ? "deny" : "allow",
        caller: { team: asked.team },
        headers: { "x-class": asked.header },
        request: (exchange) => {
          if (asked.reroute) exchange.alias = n;
          for (const [entity, count] of asked.facts) exchange.facts.add(found(entity, { count }));
        },
      });
      const parsed = residencySchema.parse({ rules: named }).rules;
      const allows = (it: Target, lateFact: boolean): boolean => {
        const inForce = parsed.filter((_, at) => isFor(rules[at]?.when ?? {}, { ...asked, late }, lateFact));
        return inForce.length === 0 ? !deny : inForce.every((rule) => permitsOf(rule)(it));
      };
      const step = await pipeline.request(chat());
      const left = all.filter((it) => allows(it, false));
      expect(step.kind).toBe(left.length === 0 ? "reply" : "send");
      if (step.kind === "reply") {
        refused += 1;
        expect(step.reply.status).toBe(403);
        expect(pipeline.exchange.attempts).toEqual([]);
        for (const it of all) expect(pipeline.exchange.forbids(it)).toBeInstanceOf(GraftError);
        return;
      }
      if (left.length < all.length) narrowed += 1;
      expect(new Set(step.plan.targets)).toEqual(new Set(left));
      expect(left).toContain(step.attempt.target);
      if (late) pipeline.exchange.facts.add(found("phone", { count: 2, direction: "response" }));
      for (const [at, choice] of chosen.entries()) {
        const own = choice > 4 ? undefined : all[choice % all.length];
        const next = await pipeline.attempt(at + 2, own);
        const meant = own ?? step.plan.targets[Math.min(at + 2, step.plan.targets.length) - 1];
        expect(next.kind).toBe(allows(meant as Target, late) ? "send" : "reply");
        expect((await pipeline.refuses(meant as Target)) === undefined).toBe(next.kind === "send");
        if (next.kind === "send") expect(next.attempt.target).toBe(meant);
        else expect(next.reply.status).toBe(403);
      }
    },
  );
  await fc.assert(property, { numRuns: 1000, seed: 6 });
  expect(refused).toBeGreaterThan(50);
  expect(narrowed).toBeGreaterThan(50);
});
