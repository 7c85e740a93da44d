/** The first look must not let pass what the closer one would find: with it and without it, providers get the same. */
import fc from "fast-check";
import type { Exchange } from "../../plugins/core/exchange";
import { compileRedactor } from "../../plugins/redact/compile";
import { redactSchema } from "../../plugins/redact/config";
import { redactExchange } from "../../plugins/redact/exchange";
import { pluginServices, policyFacts } from "../support/exchange";
import { ask, hooksOf, open } from "./support/exchange";

/** An analyzer that finds nothing: with one, the first look is left out. */
function closerLook() {
  const redactor = compileRedactor(redactSchema.parse({}), pluginServices, policyFacts);
  const analyzers = [{ analyzer: { name: "none", analyze: async () => [] }, onError: "closed" as const }];
  return (exchange: Exchange) => Object.values(redactExchange({ ...redactor, analyzers }, exchange));
}

const value = fc.constantFrom(
  "078-05-1120",
  "219099999",
  "+49 30 901820",
  "(212) 555-2368",
  "X12345678",
  "1980-02-29",
  "943 476 5919",
  "AB123456C",
  "hunter2!x",
  "DEUTDEFF500",
  "4111111111111111",
  "a@example.com",
  "s3cr3tT0kenValue0123456789abcdef",
);
const word = fc.constantFrom(
  "ssn",
  "passport no",
  "born",
  "phone",
  "id",
  "order",
  "nhs",
  "password",
  "bic",
  "token",
  "see",
  "ref",
  "x",
);
const sign = fc.constantFrom(" ", ": ", "\n", "=", '"', "\\n", ", ", "");
const rich = fc.array(fc.oneof(value, word, sign), { maxLength: 5 }).map((parts) => parts.join(""));
// Mostly nothing: what stands elsewhere would give it away.
const text = fc.oneof({ weight: 6, arbitrary: fc.constant("x") }, { weight: 1, arbitrary: rich });
const key = fc.oneof(word, fc.constantFrom("text", "value", "type", "content", "name", "password", "user_id"));
const unknown = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 3 }, text, fc.constantFrom(4111111111111111, 219099999, 1, true, null), tie("list"), tie("record")),
  list: fc.array(tie("any"), { maxLength: 3 }),
  record: fc.dictionary(key, tie("any"), { maxKeys: 3 }),
})).any;

const looked = hooksOf({});
const closer = closerLook();

test("any request", async () => {
  const request = fc.record({
    first: text,
    parts: fc.array(text, { minLength: 1, maxLength: 2 }),
    args: unknown,
    result: fc.oneof(
      text,
      unknown.map((it) => JSON.stringify(it)),
    ),
    user: text,
    extra: unknown,
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ first, parts, args, result, user, extra }) => {
      const body = {
        messages: [
          { role: "user", content: first },
          { role: "user", content: parts.map((it) => ({ type: "text", text: it })) },
          {
            role: "assistant",
            content: null,
            tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: JSON.stringify(args) } }],
          },
          { role: "tool", tool_call_id: "c", content: result },
        ],
        user,
        some_field: extra,
      };
      const [one, two] = await Promise.all([looked, closer].map((hooks) => ask(open({}, "anthropic", hooks), body)));
      expect(one?.body).toBe(two?.body);
      const [three, four] = await Promise.all([looked, closer].map((hooks) => ask(open({}, "openai", hooks), body)));
      // Through as bytes, or written anew: the same JSON.
      expect(JSON.parse(three?.body.split("\n")[1] ?? "")).toEqual(JSON.parse(four?.body.split("\n")[1] ?? ""));
    }),
    { numRuns: 250, seed: 9 },
  );
});
