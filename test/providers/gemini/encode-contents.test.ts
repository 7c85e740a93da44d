import type { ImagePart, Message, Part } from "../../../plugins/core/chat";
import { GraftError } from "../../../plugins/core/errors";
import { assistant, call, encode, FLASH_25, LATEST, message, result, user } from "./request";

const SKIP = "skip_thought_signature_validator";
const PNG: ImagePart = { type: "image", source: { kind: "base64", mediaType: "image/png", data: "iVBO" } };

function contents(messages: readonly Message[], model = LATEST): unknown {
  return encode({ messages }, model).body.contents;
}

describe("system and developer messages", () => {
  it("that lead become the system instruction, part by part", () => {
    const { body, dropped } = encode({ messages: [message("system", "A", "B"), message("developer", "C"), user("hi")] });
    expect(body.systemInstruction).toEqual({ parts: [{ text: "A" }, { text: "B" }, { text: "C" }] });
    expect(body.contents).toEqual([{ role: "user", parts: [{ text: "hi" }] }]);
    expect(dropped).toEqual([]);
  });

  it("that come later keep their place, marked, and are reported", () => {
    const { body, dropped } = encode({ messages: [user("hi"), assistant("ho"), message("system", "In French."), user("go on")] });
    expect(body.contents).toEqual([
      { role: "user", parts: [{ text: "hi" }] },
      { role: "model", parts: [{ text: "ho" }] },
      { role: "user", parts: [{ text: "<system>\nIn French.\n</system>" }, { text: "go on" }] },
    ]);
    expect(dropped).toEqual(["messages[].role"]);
  });

  it("that are all there is become the prompt", () => {
    const { body, dropped } = encode({ messages: [message("system", "Write a haiku.")] });
    expect(body.systemInstruction).toBeUndefined();
    expect(body.contents).toEqual([{ role: "user", parts: [{ text: "Write a haiku." }] }]);
    expect(dropped).toEqual(["messages[].role"]);
  });

  it("stand before the first user text for Gemma, which has no system instruction", () => {
    const { body } = encode({ messages: [message("system", "Be brief."), user("hi")] }, "gemma-3-27b-it");
    expect(body.systemInstruction).toBeUndefined();
    expect(body.contents).toEqual([{ role: "user", parts: [{ text: "Be brief." }, { text: "hi" }] }]);
    expect(contents([message("system", "Be brief."), assistant("hm")], "gemma-3-27b-it")).toEqual([
      { role: "user", parts: [{ text: "Be brief." }] },
      { role: "model", parts: [{ text: "hm" }] },
    ]);
  });
});

describe("turns", () => {
  it("of one role are one content", () => {
    expect(contents([user("a"), user("b"), assistant("c"), assistant("d"), user("e")])).toEqual([
      { role: "user", parts: [{ text: "a" }, { text: "b" }] },
      { role: "model", parts: [{ text: "c" }, { text: "d" }] },
      { role: "user", parts: [{ text: "e" }] },
    ]);
  });

  it.each<[string, Message[], unknown]>([
    ["begin with the user", [assistant("Welcome!"), user("hi")], ["user", "model", "user"]],
    ["are never none", [], ["user"]],
    ["keep a user who says nothing", [user("a"), assistant("b"), user("")], ["user", "model", "user"]],
    ["lose an assistant who says nothing", [user("a"), assistant(""), user("b")], ["user"]],
  ])("%s", (_what, messages, roles) => {
    expect(encode({ messages }).body.contents.map((content) => content.role)).toEqual(roles);
  });

  it("fill in a blank, never an empty text", () => {
    expect(contents([user("")])).toEqual([{ role: "user", parts: [{ text: " " }] }]);
  });
});

describe("tool calls and results", () => {
  it("keep the text beside the calls, in order, and answer all calls of a turn in one content", () => {
    expect(
      contents(
        [user("where?"), assistant("Let me see.", call("c1"), call("c2")), result("c2"), result("c1"), user("and?")],
        FLASH_25,
      ),
    ).toEqual([
      { role: "user", parts: [{ text: "where?" }] },
      {
        role: "model",
        parts: [
          { text: "Let me see." },
          { functionCall: { id: "c1", name: "look", args: { at: "c1" } } },
          { functionCall: { id: "c2", name: "look", args: { at: "c2" } } },
        ],
      },
      {
        role: "user",
        parts: [
          { functionResponse: { id: "c2", name: "look", response: { output: "seen" } } },
          { functionResponse: { id: "c1", name: "look", response: { output: "seen" } } },
        ],
      },
      // Not in the content of the responses: Gemini 3.6 and later refuse that.
      { role: "user", parts: [{ text: "and?" }] },
    ]);
  });

  it("send signatures back, and the documented stand-in on the first unsigned call of a turn", () => {
    const messages = [
      ...[user("a"), assistant(call("c1", { signature: "SIG" }), call("c2")), result("c1"), result("c2")],
      ...[assistant(call("c3"), call("c4")), result("c3"), result("c4")],
    ];
    const parts = encode({ messages }).body.contents.flatMap((content) => content.parts);
    const signed = parts.filter((part) => part["functionCall"] !== undefined).map((part) => part["thoughtSignature"]);
    expect(signed).toEqual(["SIG", undefined, SKIP, undefined]);
    expect(JSON.stringify(contents(messages, FLASH_25))).not.toContain(SKIP);
  });

  it.each([
    ["no arguments", "", {}],
    ["blanks", " \n", {}],
    ["an object", '{"a":[1]}', { a: [1] }],
    ["a key __proto__", '{"__proto__":{"a":1}}', JSON.parse('{"__proto__":{"a":1}}') as unknown],
    ["no JSON", '{"a":', { arguments: '{"a":' }],
    ["no object", "[1]", { arguments: "[1]" }],
  ])("make an object of %s", (_what, text, args) => {
    const body = encode({ messages: [user("a"), assistant(call("c", { arguments: text })), result("c")] }).body;
    expect(JSON.stringify(body.contents[1]?.parts[0]?.["functionCall"])).toBe(JSON.stringify({ id: "c", name: "look", args }));
  });

  it("carry a custom tool's input", () => {
    const [part] =
      encode({ messages: [user("a"), assistant(call("c", { custom: true, arguments: "x = 1" })), result("c")] }).body.contents[1]
        ?.parts ?? [];
    expect(part?.["functionCall"]).toEqual({ id: "c", name: "look", args: { input: "x = 1" } });
  });

  it("find the name by call id, of the nearest call before", () => {
    const messages = [
      ...[user("a"), assistant(call("c", { name: "first" })), result("c")],
      ...[assistant(call("c", { name: "second" })), result("c", { name: "wrong" })],
    ];
    const names = encode({ messages }).body.contents.flatMap(({ parts }) =>
      parts.flatMap((part) => part["functionResponse"] ?? []),
    );
    expect(names).toEqual([expect.objectContaining({ name: "first" }), expect.objectContaining({ name: "second" })]);
  });

  it("refuse a result that answers nothing", () => {
    const orphan = (): unknown => encode({ messages: [user("a"), result("c9")] });
    expect(orphan).toThrow(GraftError);
    expect(orphan).toThrow(
      expect.objectContaining({ kind: "bad_request", options: { param: "messages[1].tool_call_id" } }) as Error,
    );
  });

  it("say errors as errors, and leave JSON text alone: a $ref in it would be read as a reference", () => {
    const text = '{"$ref":"#/x"}';
    const messages = [
      user("a"),
      assistant(call("c1"), call("c2")),
      result("c1", { isError: true }),
      result("c2", {
        content: [
          { type: "text", text },
          { type: "text", text: "more" },
        ],
      }),
    ];
    expect(encode({ messages }).body.contents[2]?.parts).toEqual([
      { functionResponse: { id: "c1", name: "look", response: { error: "seen" } } },
      { functionResponse: { id: "c2", name: "look", response: { output: `${text}\nmore` } } },
    ]);
  });

  const shown = [
    user("a"),
    assistant(call("c1"), call("c2")),
    result("c1", { content: [{ type: "text", text: "see" }, PNG] }),
    result("c2", { content: [PNG] }),
    user("b"),
  ];

  it("hold media inside, from Gemini 3 on", () => {
    expect(encode({ messages: shown }).body.contents.slice(2)).toEqual([
      {
        role: "user",
        parts: [
          {
            functionResponse: {
              ...{ id: "c1", name: "look", response: { output: "see" } },
              parts: [{ inlineData: { mimeType: "image/png", data: "iVBO" } }],
            },
          },
          {
            functionResponse: {
              id: "c2",
              name: "look",
              response: {},
              parts: [{ inlineData: { mimeType: "image/png", data: "iVBO" } }],
            },
          },
        ],
      },
      { role: "user", parts: [{ text: "b" }] },
    ]);
  });

  it("send media behind all results, with their call, before Gemini 3 and for links", () => {
    expect(encode({ messages: shown }, FLASH_25).body.contents.slice(2)).toEqual([
      {
        role: "user",
        parts: [
          { functionResponse: { id: "c1", name: "look", response: { output: "see" } } },
          { functionResponse: { id: "c2", name: "look", response: {} } },
        ],
      },
      {
        role: "user",
        parts: [
          { text: "Output of look (c1):" },
          { inlineData: { mimeType: "image/png", data: "iVBO" } },
          { text: "Output of look (c2):" },
          { inlineData: { mimeType: "image/png", data: "iVBO" } },
          { text: "b" },
        ],
      },
    ]);
    const link: Message = result("c1", { content: [{ type: "image", source: { kind: "url", url: "https://a.example/b.png" } }] });
    const last = encode({ messages: [user("a"), assistant(call("c1")), link] }).body.contents.at(-1);
    expect(last?.parts[1]).toEqual({ fileData: { mimeType: "image/png", fileUri: "https://a.example/b.png" } });
  });
});

describe("thoughts of earlier turns", () => {
  it.each<[string, Part, unknown[], string[]]>([
    [
      "signed by Gemini",
      { type: "reasoning", text: "hm", provider: "gemini", signature: "S" },
      [{ text: "hm", thought: true, thoughtSignature: "S" }],
      [],
    ],
    [
      "signed by another",
      { type: "reasoning", text: "hm", provider: "anthropic", signature: "S" },
      [{ text: "hm", thought: true }],
      [],
    ],
    ["unsigned", { type: "reasoning", text: "hm" }, [{ text: "hm", thought: true }], []],
    ["encrypted", { type: "reasoning", text: "", provider: "anthropic", redacted: "x" }, [], ["messages[].reasoning_details"]],
  ])("%s", (_what, part, expected, lost) => {
    const { body, dropped } = encode({ messages: [user("a"), assistant(part, "b"), user("c")] });
    expect(body.contents[1]?.parts).toEqual([...expected, { text: "b" }]);
    expect(dropped).toEqual(lost);
  });

  it("a signature may stand on a text, also an empty one", () => {
    const said: Part[] = [
      { type: "text", text: "b", signature: "S1" },
      { type: "text", text: "", signature: "S2" },
    ];
    expect(encode({ messages: [user("a"), assistant(...said), user("c")] }).body.contents[1]?.parts).toEqual([
      { text: "b", thoughtSignature: "S1" },
      { text: "", thoughtSignature: "S2" },
    ]);
  });
});

describe("other parts", () => {
  const code = { executableCode: { language: "PYTHON", code: "1" } };

  it.each<[string, Part, unknown[], string[]]>([
    ["a refusal is what was said", { type: "refusal", text: "No." }, [{ text: "No." }], []],
    ["Gemini's own blocks go back", { type: "opaque", provider: "gemini", value: code }, [code], []],
    ["others' do not", { type: "opaque", provider: "anthropic", value: {} }, [], ["messages[].content[].anthropic"]],
    ["audio of an earlier answer is not here", { type: "audio", id: "audio_1" }, [], ["messages[].audio"]],
  ])("%s", (_what, part, expected, lost) => {
    const { body, dropped } = encode({ messages: [user("a"), assistant("b", part), user("c")] });
    expect(body.contents[1]?.parts).toEqual([{ text: "b" }, ...expected]);
    expect(dropped).toEqual(lost);
  });

  it("what has no place is reported, what SDKs echo is not", () => {
    const messages: Message[] = [
      { ...user({ type: "text", text: "a", cache: { type: "ephemeral" }, extra: { mood: 1 } }), name: "bob" },
      { ...assistant("b"), extra: { function_call: null, things: [], odd: true } },
      user("c"),
    ];
    expect(encode({ messages }).dropped).toEqual([
      ...["messages[].name", "messages[].content[].cache_control", "messages[].content[].mood", "messages[].odd"],
    ]);
  });
});
