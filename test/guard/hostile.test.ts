import { chat } from "../support/exchange";
import { guarded, stream } from "./support";

describe("hostile requests take linear time", () => {
  const rules = [
    { name: "patterns", kind: "pattern", pattern: { deny: ["(a+)+$b", "x{1,30}y", "hunter\\d{1,20}"] } },
    { name: "topics", kind: "topic", topic: { keywords: ["bomb", "aaa b", "a a a"] } },
    { name: "inject", kind: "injection", injection: { sensitivity: "medium" } },
    { name: "english", kind: "language", language: { allow: ["en"] } },
  ];
  // A quadratic step would take minutes, not the seconds that a test has.
  test.each([
    ["a", "send"],
    [" ", "send"],
    ["\n", "send"],
    ["<", "send"],
    ["x", "send"],
    ["ignore ", "send"],
    ["%41", "send"],
    ["&#65;", "send"],
    ["41 ", "send"],
    ["é", "send"],
    ["\u200b", "send"],
    ['"role"', "send"],
    ["```", "send"],
    ["you are ", "send"],
    ["\u{e0041}", "reply"],
    ["漢", "reply"],
    ["a ", "reply"],
  ])("a megabyte of %j: %s", async (piece, kind) => {
    const content = piece.repeat(Math.ceil(1_000_000 / piece.length));
    expect(
      (
        await guarded(rules)
          .open()
          .request(chat({ messages: [{ role: "user", content }] }))
      ).kind,
    ).toBe(kind);
  });

  test.each(["a", "hunter", "x", "bomb", " "])("a stream of %j", async (piece) => {
    const output = rules.slice(0, 2).map((rule) => ({ ...rule, on: "output", action: "redact" }));
    const { done } = await stream(
      guarded(output).open(),
      chat({ stream: true }),
      Array.from({ length: 20_000 }, () => piece),
    );
    expect(done).toBe(true);
  });

  test("many messages", async () => {
    const messages = Array.from({ length: 20_000 }, () => ({ role: "user", content: "hello there, how are you" }));
    expect((await guarded(rules).open().request(chat({ messages }))).kind).toBe("send");
  });
});
