/** `direction: response`: what the model writes by itself. */
import fc from "fast-check";
import { AnswerWindow } from "../../plugins/redact/answer-window";
import { LONGEST_RUN, LONGEST_WITH_BLANKS, USUAL_HOLD } from "../../plugins/redact/window-size";
import { answer, ask, by, open, type Settings } from "./support/exchange";
import { PROVIDERS, type Said } from "./support/providers";
import { filler, planted } from "./support/values";

const CARD = "4111111111111111";
const KEY = `-----BEGIN PRIVATE KEY-----\n${"MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n".repeat(20)}-----END PRIVATE KEY-----`;
const TOKEN = `eyJhbGciOiJIUzI1NiJ9.${Buffer.from(JSON.stringify({ sub: "x".repeat(400) })).toString("base64url")}.c2lnbmF0dXJlc2lnbmF0dXJlc2ln`;
const BOTH = { direction: "both" };

async function got(settings: Settings, said: Said, split?: (text: string) => readonly string[], request: Settings = {}) {
  const pipeline = open(settings);
  const asked = await ask(pipeline, { messages: [{ role: "user", content: "hi" }], stream: split !== undefined, ...request });
  return { ...(await answer(asked, "openai", said, split)), facts: pipeline.exchange.facts.all };
}

const SPLITS: readonly (readonly [string, ((text: string) => readonly string[]) | undefined])[] = [
  ["whole", undefined],
  ["by ones", by(() => 1)],
  ["by sevens", by(() => 7)],
  ["by hundreds", by(() => 100)],
];

describe.each(SPLITS)("%s", (_, split) => {
  const long = "nothing here. ".repeat(60);
  test.each([
    ["one", `${long}a@example.com ${long}`, `${long}[EMAIL] ${long}`],
    ["short", `card ${CARD}`, "card [CREDIT_CARD]"],
    ["two", `${CARD}.${long}4111 1111 1111 1111`, `[CREDIT_CARD].${long}[CREDIT_CARD]`],
    ["key", `${long}${KEY} ${long}`, `${long}[PRIVATE_KEY] ${long}`],
    ["token", `${long}${TOKEN} ${long}`, `${long}[JWT] ${long}`],
    ["wide", `${long}😀😀${CARD}😀😀${long}`, `${long}😀😀[CREDIT_CARD]😀😀${long}`],
    ["blob", `${"x".repeat(10_000)} a@example.com`, `${"x".repeat(10_000)} [EMAIL]`],
  ])("text: %s", async (_name, text, expected) => {
    const made = await got(BOTH, { text, reasoning: text }, split);
    expect(made.text).toBe(expected);
    expect(made.reasoning).toBe(expected);
  });

  test("tool arguments: strings, names and numbers, in any nesting", async () => {
    const args = JSON.stringify({
      a: [`x ${CARD}`, "\n\u00e9 a@example.com"],
      n: Number(CARD),
      "b@example.com": JSON.stringify({ c: `"${CARD}"` }),
    });
    const made = await got(BOTH, { tool: { name: "f", args: args.replace("@", "\\u0040") } }, split);
    expect(JSON.parse(made.tool?.args ?? "")).toEqual({
      a: ["x [CREDIT_CARD]", "\n\u00e9 [EMAIL]"],
      n: "[CREDIT_CARD]",
      "[EMAIL]": JSON.stringify({ c: '"[CREDIT_CARD]"' }),
    });
  });

  test("an answer that is JSON stays JSON", async () => {
    const text = JSON.stringify({ card: Number(CARD), list: [`of ${CARD}, too`, "a\n@"], mail: "a@example.com" }, null, 1);
    const made = await got(BOTH, { text }, split, { response_format: { type: "json_object" } });
    expect(JSON.parse(made.text ?? "")).toEqual({
      card: "[CREDIT_CARD]",
      list: ["of [CREDIT_CARD], too", "a\n@"],
      mail: "[EMAIL]",
    });
  });

  test("placeholders pass to the restorer behind", async () => {
    const request = { messages: [{ role: "user", content: `I am me@example.com, card ${CARD}` }] };
    const text = `Hello <EMAIL_1>, not other@example.com, <credit card 1>. ${"x ".repeat(300)}`;
    const made = await got(BOTH, { text, tool: { name: "f", args: '{"to":"<EMAIL_1>, z@example.com"}' } }, split, request);
    expect(made.text).toBe(`Hello me@example.com, not [EMAIL], ${CARD}. ${"x ".repeat(300)}`);
    expect(made.tool?.args).toBe('{"to":"me@example.com, [EMAIL]"}');
  });
});

test.each([
  ["mask", "************1111"],
  ["remove", ""],
  ["hash", expect.stringMatching(/^\[CREDIT_CARD:[0-9a-f]{16}\]$/)],
  ["flag", CARD],
])("%s", async (response_action, expected) => {
  const settings = {
    direction: "response",
    hash_key: "k",
    entities: [{ type: "credit_card", action: "block", response_action }],
  };
  const made = await got(settings, { text: CARD });
  expect(made.text).toEqual(expected);
  expect(made.facts).toEqual([
    { kind: "entity-found", entity: "credit_card", group: "finance", count: 1, action: response_action, direction: "response" },
  ]);
});

test("requests are not looked at where only answers are", async () => {
  const request = { messages: [{ role: "user", content: "a@example.com" }] };
  const asked = await ask(open({ direction: "response" }), request);
  expect(asked.body).toContain("a@example.com");
});

test("blocked: the answer ends with an error that names the kind of thing, and the value is in none of it", async () => {
  const settings = { direction: "response", action: "block" };
  const whole = await got(settings, { text: `it is ${CARD}` });
  expect(whole.status).toBe(400);
  expect(whole.raw).toContain("content_policy_violation");
  const stream = await got(
    settings,
    { text: `${"words ".repeat(200)} it is ${CARD}. ${"words ".repeat(200)}` },
    by(() => 3),
  );
  expect(stream.raw).toContain("content_policy_violation");
  expect(stream.raw).toContain("credit_card");
  expect(stream.text).toMatch(/^words /);
  expect(stream.raw).not.toContain("[DONE]");
  for (const { raw } of [whole, stream]) expect(raw).not.toContain("4111");
});

test("wherever the window ends, what it ends in goes out as a whole", async () => {
  for (let before = 250; before < 400; before += 1) {
    const words = "lorem ipsum ".repeat(40).slice(0, before);
    const text = `${words}\n4111 1111 1111 1111\n${"dolor sit ".repeat(60)}`;
    const made = await got(
      BOTH,
      { text },
      by(() => 5),
    );
    expect(made.text).toBe(text.replace("4111 1111 1111 1111", "[CREDIT_CARD]"));
  }
});

test("no more is held back than is said: of text, and of unbroken runs", () => {
  const inspection = { look: () => ({ regions: [], flagged: [] }), replace: () => "", flag: () => {} };
  const most = (text: string): number => {
    const window = new AnswerWindow(inspection, { json: false, longest: LONGEST_WITH_BLANKS, longRuns: true });
    let out = "";
    let held = 0;
    for (let at = 0; at < text.length; at += 1) {
      out += window.push(text.charAt(at));
      held = Math.max(held, at + 1 - out.length);
    }
    expect(out + window.end()).toBe(text);
    return held;
  };
  expect(most("plain words go by. ".repeat(100))).toBeLessThanOrEqual(USUAL_HOLD);
  expect(most(`a ${"x".repeat(20_000)} b`)).toBeLessThanOrEqual(LONGEST_RUN * 1.25 + USUAL_HOLD);
});

describe.each(PROVIDERS)("%s", (provider) => {
  test("whatever the model writes wherever it is split: the client gets no value, and all the rest", async () => {
    const piece = fc.tuple(filler, planted, fc.integer({ min: 0, max: 30 }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
        async (pieces, sizes) => {
          const between = (count: number): string => " ".concat("lorem ipsum ".repeat(count));
          const text = `Q${pieces.map(([before, value, count]) => `${before}\n${value}\n${between(count)}`).join("")}`;
          const args = JSON.stringify({ text, nested: JSON.stringify([text]) });
          let turn = 0;
          const split = by(() => sizes[turn++ % sizes.length] ?? 1);
          const pipeline = open({ direction: "response", action: "remove" }, provider);
          const asked = await ask(pipeline, { messages: [{ role: "user", content: "hi" }], stream: true });
          const made = await answer(asked, provider, { text, reasoning: text, tool: { name: "f", args } }, split);
          const rest = `Q${pieces.map(([before, , count]) => `${before}\n\n${between(count)}`).join("")}`;
          for (const [, value] of pieces) expect(made.raw).not.toContain(value);
          expect(made.text).toBe(rest);
          expect(made.reasoning).toBe(rest);
          expect(JSON.parse(made.tool?.args ?? "")).toEqual({ text: rest, nested: JSON.stringify([rest]) });
        },
      ),
      { numRuns: 60, seed: 4 },
    );
  });
});
