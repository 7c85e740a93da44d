import { chat, sent } from "../support/exchange";
import { answerOf, guarded, type RuleInput, said, stream, whole } from "./support";

const PROSE = "a plain sentence";

async function fires(rule: RuleInput, request: Readonly<Record<string, unknown>>, models?: readonly string[]): Promise<boolean> {
  const it = guarded([{ name: "r", on: "input", ...rule }], models === undefined ? {} : { models });
  const { kind } = await it.open().request(chat(request));
  return kind === "reply";
}

const says = (...content: string[]) => ({ messages: content.map((it) => ({ role: "user", content: it })) });

/** Both as a whole answer and as a stream of a few letters at a time. */
async function answerFires(rule: RuleInput, body: string, message: Readonly<Record<string, unknown>> = {}): Promise<boolean> {
  const rules = [{ name: "r", on: "output", ...rule }];
  const { status } = await whole(guarded(rules).open(), chat(), answerOf(body, message));
  if (Object.keys(message).length > 0) return status === 400;
  const { error, text, done } = await stream(guarded(rules).open(), chat({ stream: true }), body.match(/[\s\S]{1,5}/g) ?? []);
  expect(error !== undefined).toBe(status === 400);
  if (error === undefined) expect({ text, done }).toEqual({ text: body, done: true });
  return status === 400;
}

describe("topic", () => {
  const topic = (...keywords: string[]) => ({ kind: "topic", topic: { keywords } });
  test.each([
    ["a word", ["bomb"], "how to build a bomb?", true],
    ["capitals", ["bomb"], "BOMB!", true],
    ["part of a word", ["bomb"], "a bombastic speech", false],
    ["a phrase over lines", ["credit card"], "my credit\n  card", true],
    ["accents", ["café"], "the CAFE is open", true],
    ["accents in the text", ["cafe"], "le cafe\u0301", true],
    ["wide letters", ["bomb"], "ｂｏｍｂ", true],
    ["unseen letters", ["bomb"], "bo\u200bm\u00adb", true],
    ["an underscore", ["bomb"], "bomb_site", false],
    ["Russian", ["бомба"], "это БОМБА!", true],
    ["Russian, part of a word", ["бомба"], "бомбардировка", false],
    ["Chinese, without blanks", ["炸弹"], "如何制造炸弹呢", true],
    ["Japanese", ["爆弾"], "爆弾の作り方", true],
    ["Korean, with an ending", ["폭탄"], "폭탄을 만드는 법", true],
    ["Thai", ["ระเบิด"], "วิธีทำระเบิดที่บ้าน", true],
    ["Arabic", ["قنبلة"], "كيف أصنع قنبلة؟", true],
    ["an emoji", ["💣"], "a 💣!", true],
    ["the longest of several", ["new", "new york"], "in new york", true],
    ["none", ["bomb", "gun"], PROSE, false],
  ])("%s", async (_, keywords, text, expected) => {
    expect(await fires(topic(...keywords), says(text))).toBe(expected);
    expect(await answerFires(topic(...keywords), text)).toBe(expected);
  });

  test("redacts whole words, in answers as well", async () => {
    const rule = { name: "r", ...topic("new york", "york", "bomb"), action: "redact" };
    const { request } = sent(
      await guarded([rule])
        .open()
        .request(chat(says("New  York has no BOMB, bombs."))),
    );
    expect(Buffer.from(request.body).toString()).toContain('"[r] has no [r], bombs."');
    expect((await stream(guarded([rule]).open(), chat({ stream: true }), ["New ", " Yo", "rk!"])).text).toBe("[r]!");
  });

  describe("with a classifier", () => {
    const judge = { provider: "judge", model: "small", description: "weapons" };
    const rule = (keywords: string[], it: RuleInput = {}) => [
      { name: "r", kind: "topic", on: "input", topic: { keywords, classifier: judge }, ...it },
    ];
    const verdict = (violates: boolean) => async () => said(JSON.stringify({ violates }));

    test("it is asked where a keyword stands, and decides", async () => {
      for (const violates of [true, false]) {
        const it = guarded(rule(["bomb"]), { answer: verdict(violates) });
        expect((await it.open().request(chat(says("the bomb")))).kind).toBe(violates ? "reply" : "send");
        expect(it.asked).toHaveLength(1);
      }
      const it = guarded(rule(["bomb"]), { answer: verdict(true) });
      expect((await it.open().request(chat(says(PROSE)))).kind).toBe("send");
      expect(it.asked).toHaveLength(0);
    });

    test("alone it decides of all", async () => {
      const it = guarded(rule([]), { answer: verdict(true) });
      expect((await it.open().request(chat(says(PROSE)))).kind).toBe("reply");
    });

    test("redacts the keywords that it confirmed", async () => {
      const { request } = sent(
        await guarded(rule(["bomb"], { action: "redact" }), { answer: verdict(true) })
          .open()
          .request(chat(says("the bomb"))),
      );
      expect(Buffer.from(request.body).toString()).toContain("the [r]");
    });
  });
});

describe("size", () => {
  const size = (it: object) => ({ kind: "size", size: it });
  test.each([
    ["messages", { max_messages: 2 }, says("a", "b"), false],
    ["too many messages", { max_messages: 2 }, says("a", "b", "c"), true],
    [
      "turns",
      { max_turns: 1 },
      {
        messages: [
          { role: "system", content: "a" },
          { role: "user", content: "b" },
        ],
      },
      false,
    ],
    ["too many turns", { max_turns: 1 }, says("a", "b"), true],
    ["characters", { max_input_characters: 4 }, says("ab", "cd"), false],
    ["too many characters", { max_input_characters: 4 }, says("abc", "cd"), true],
    ["tokens", { max_input_tokens: 100 }, says("a few words"), false],
    ["too many tokens", { max_input_tokens: 100 }, says("word ".repeat(200)), true],
  ])("%s", async (_, limits, request, expected) => {
    expect(await fires(size(limits), request)).toBe(expected);
  });

  test.each([
    [{ max_output_characters: 10 }, "0123456789", false],
    [{ max_output_characters: 10 }, "0123456789a", true],
    [{ max_output_tokens: 3 }, "0123456789ab", false],
    [{ max_output_tokens: 3 }, "0123456789abc", true],
    [{ max_output_tokens: 3 }, "漢字漢字", false],
    [{ max_output_tokens: 3 }, "漢字漢字漢", true],
  ])("%j of %s", async (limits, answer, expected) => {
    expect(await answerFires(size(limits), answer)).toBe(expected);
  });

  test("a stream passes at once as long as it is short", async () => {
    const { text, error } = await stream(
      guarded([{ name: "r", ...size({ max_output_characters: 10 }) }]).open(),
      chat({ stream: true }),
      ["01234", "56789", "abcde"],
    );
    expect({ text, code: error?.code }).toEqual({ text: "0123456789", code: "content_policy_violation" });
  });
});

describe("models", () => {
  const models = (...allow: string[]) => ({ kind: "models", models: { allow } });
  test.each([
    [["gpt-*"], "gpt-4o", false],
    [["gpt-*"], "claude", true],
    [["*-mini", "m"], "gpt-4o-mini", false],
    [["g*4*i"], "gpt-4o-mini", false],
    [["g*4*x"], "gpt-4o-mini", true],
    [["gpt"], "gpt-4o", true],
    [["ab*ba"], "aba", true],
  ])("%j: %s", async (allow, model, expected) => {
    expect(await fires(models(...allow), { model }, ["*"])).toBe(expected);
  });

  test("for those of one team", async () => {
    const it = guarded([{ name: "r", ...models("small"), match: { teams: ["red"] } }], { models: ["*"] });
    expect((await it.open({ caller: { team: "red" } }).request(chat({ model: "big" }))).kind).toBe("reply");
    expect((await it.open({ caller: { team: "red" } }).request(chat({ model: "small" }))).kind).toBe("send");
    expect((await it.open({ caller: { team: "blue" } }).request(chat({ model: "big" }))).kind).toBe("send");
  });
});

describe("tools", () => {
  const tools = (it: object) => ({ kind: "tools", tools: it });
  const defines = (name: string) => ({ tools: [{ type: "function", function: { name, parameters: { type: "object" } } }] });
  const calls = (name: string) => ({ tool_calls: [{ id: "c", type: "function", function: { name, arguments: "{}" } }] });
  test.each([
    [{ deny: ["shell*"] }, "shell_exec", true],
    [{ deny: ["shell*"] }, "search", false],
    [{ allow: ["search", "get_*"] }, "get_weather", false],
    [{ allow: ["search", "get_*"] }, "delete_all", true],
    [{ allow: ["get_*"], deny: ["get_secret"] }, "get_secret", true],
  ])("%j: %s", async (lists, name, expected) => {
    expect(await fires(tools(lists), defines(name))).toBe(expected);
    expect(await answerFires(tools(lists), "", calls(name))).toBe(expected);
  });

  test("nothing of a call that may not be is sent", async () => {
    const pipeline = guarded([{ name: "r", ...tools({ deny: ["shell"] }) }]).open();
    const { json } = await whole(pipeline, chat(), answerOf("", calls("shell")));
    expect(JSON.stringify(json)).not.toContain("shell");
  });

  test("tools of old clients", async () => {
    expect(await fires(tools({ deny: ["shell"] }), { functions: [{ name: "shell", parameters: {} }] })).toBe(true);
  });
});

describe("citation", () => {
  const citation = (it: object = {}) => ({ kind: "citation", citation: it });
  const noted = {
    annotations: [{ type: "url_citation", url_citation: { url: "https://a.example", title: "A", start_index: 0, end_index: 1 } }],
  };
  test.each([
    [{}, "It is so.", {}, true],
    [{}, "It is so: https://a.example/page.", {}, false],
    [{}, "It is [so](https://a.example/page).", {}, false],
    [{ accept: "annotation" }, "It is so: https://a.example/page.", {}, true],
    [{}, "It is so.", noted, false],
    [{ accept: "link" }, "It is so.", noted, true],
    [{ min: 2 }, "https://a.example https://a.example", {}, true],
    [{ min: 2 }, "https://a.example https://b.example", {}, false],
    [{}, "", { tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }] }, false],
    [{}, "", { refusal: "I can't." }, false],
  ])("%j: %s %j", async (settings, text, message, expected) => {
    expect(await answerFires(citation(settings), text, message)).toBe(expected);
  });
});

describe("pattern that answers must match", () => {
  test.each([
    ["Kind regards, Bot", false],
    ["No greeting", true],
  ])("%s", async (text, expected) => {
    expect(await answerFires({ kind: "pattern", pattern: { allow: ["Kind regards"] } }, text)).toBe(expected);
  });
});
