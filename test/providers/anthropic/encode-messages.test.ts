import type { Message, Part } from "../../../plugins/core/chat";
import { anthropic } from "../../../plugins/providers/anthropic";
import { assistant, calls, chat, encode, result, system, user } from "./request";

const text = (said: string): object => ({ type: "text", text: said });
const OPUS = "claude-opus-4-8";

describe("system and developer messages", () => {
  it("become the system prompt where they lead", () => {
    const developer: Message = {
      role: "developer",
      parts: [{ type: "text", text: "Two", cache: { type: "ephemeral", ttl: "1h" } }],
    };
    const { body, dropped } = encode({ messages: [system("One"), developer, user("Hi")] });
    expect(body["system"]).toEqual([text("One"), { ...text("Two"), cache_control: { type: "ephemeral", ttl: "1h" } }]);
    expect(body["messages"]).toEqual([{ role: "user", content: [text("Hi")] }]);
    expect(dropped).toEqual([]);
  });

  it("stay where they are, with system rank, on models that take them", () => {
    const { body, dropped } = encode({ messages: [user("A"), assistant("B"), system("From now on: C"), user("D")] }, OPUS);
    expect(body["messages"]).toEqual([
      { role: "user", content: [text("A")] },
      { role: "assistant", content: [text("B")] },
      { role: "user", content: [text("D")] },
      { role: "system", content: [text("From now on: C")] },
    ]);
    expect(dropped).toEqual([]);
  });

  it("stay where they are as marked user text, reported, on models that do not", () => {
    const { body, dropped } = encode({ messages: [user("A"), assistant("B"), system("From now on: C"), user("D")] });
    expect(body["messages"]).toEqual([
      { role: "user", content: [text("A")] },
      { role: "assistant", content: [text("B")] },
      { role: "user", content: [text("<system>\nFrom now on: C\n</system>"), text("D")] },
    ]);
    expect(dropped).toEqual(["messages[].role"]);
  });

  it("do not come between a call and its result, nor at the end behind an assistant turn", () => {
    const looped = encode({ messages: [user("A"), calls("c1"), system("S"), result("c1")] }, OPUS);
    expect((looped.body["messages"] as Message[]).map(({ role }) => role)).toEqual(["user", "assistant", "user", "system"]);
    const last = encode({ messages: [user("A"), assistant("B"), system("Sum up.")] }, OPUS);
    expect((last.body["messages"] as object[]).at(-1)).toEqual({ role: "user", content: [text("<system>\nSum up.\n</system>")] });
    expect(last.dropped).toEqual(["messages[].role"]);
  });

  it("are the question where nothing else is said", () => {
    const { body, dropped } = encode({ messages: [system("Write a haiku.")] });
    expect(body["messages"]).toEqual([{ role: "user", content: [text("Write a haiku.")] }]);
    expect(body["system"]).toBeUndefined();
    expect(dropped).toEqual(["messages[].role"]);
  });
});

describe("turns", () => {
  it("join neighbours of one role and leave blank text out", () => {
    const { body } = encode({
      messages: [user("A"), user(" \n"), user("B"), assistant(""), user("C"), assistant("D"), assistant("E"), user("F")],
    });
    expect(body["messages"]).toEqual([
      { role: "user", content: [text("A"), text("B"), text("C")] },
      { role: "assistant", content: [text("D"), text("E")] },
      { role: "user", content: [text("F")] },
    ]);
  });

  it("put all results of a turn first in one user message, in any order they come", () => {
    const { body } = encode({
      messages: [user("A"), calls("c1", "c2"), user("Hurry"), result("c2", "two"), result("c1", "one")],
    });
    expect(body["messages"]).toEqual([
      { role: "user", content: [text("A")] },
      {
        role: "assistant",
        content: [
          { type: "tool_use", id: "c1", name: "look", input: { at: "c1" } },
          { type: "tool_use", id: "c2", name: "look", input: { at: "c2" } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "c2", content: [text("two")] },
          { type: "tool_result", tool_use_id: "c1", content: [text("one")] },
          text("Hurry"),
        ],
      },
    ]);
  });

  it("join assistant messages that call tools before any result comes", () => {
    const { body } = encode({ messages: [user("A"), calls("c1"), calls("c2"), assistant("B"), result("c1"), result("c2")] });
    expect((body["messages"] as { content: { type: string }[] }[]).map(({ content }) => content.map(({ type }) => type))).toEqual(
      [["text"], ["tool_use", "tool_use", "text"], ["tool_result", "tool_result"]],
    );
  });

  it("keep assistant text beside tool calls, in order", () => {
    const parts: Part[] = [
      { type: "reasoning", text: "hm", provider: "anthropic", signature: "s1" },
      { type: "text", text: "I look." },
      { type: "tool-call", id: "c1", name: "look", arguments: "{}" },
    ];
    const { body } = encode({ messages: [user("A"), { role: "assistant", parts }, result("c1")] });
    expect((body["messages"] as { content: unknown }[])[1]?.content).toEqual([
      { type: "thinking", thinking: "hm", signature: "s1" },
      text("I look."),
      { type: "tool_use", id: "c1", name: "look", input: {} },
    ]);
  });

  it("give repeated or odd call ids a fitting one, and match results to calls", () => {
    const messages = [
      user("A"),
      calls("a.b:c"),
      result("a.b:c", "1"),
      calls("a.b:c", "a.b:c"),
      result("a.b:c", "2"),
      result("a.b:c", "3"),
    ];
    const blocks = (encode({ messages }).body["messages"] as { content: { [key: string]: unknown }[] }[]).flatMap(
      ({ content }) => content,
    );
    expect(blocks.flatMap(({ type, id }) => (type === "tool_use" ? [id] : []))).toEqual(["a_b_c", "a_b_c_2", "a_b_c_3"]);
    expect(blocks.flatMap(({ tool_use_id: id }) => (id === undefined ? [] : [id]))).toEqual(["a_b_c", "a_b_c_2", "a_b_c_3"]);
  });

  it.each([
    [
      "a call without its result",
      [user("A"), calls("c1", "c2"), result("c1")],
      "messages[1]",
      /did not have response messages: c2/,
    ],
    ["a call at the end", [user("A"), calls("c1")], "messages[1]", /c1/],
    ["a result without its call", [user("A"), result("c9")], "messages[1].tool_call_id", /preceding message with 'tool_calls'/],
    ["a second result", [user("A"), calls("c1"), result("c1"), result("c1")], "messages[3].tool_call_id", /preceding/],
    ["nothing visible", [user(" ")], "messages", /no text, image or file/],
  ])("refuse %s", (_, messages, param, message) => {
    expect(() => anthropic.encodeRequest(chat({ messages }), { model: OPUS })).toThrow(
      expect.objectContaining({ kind: "bad_request", message: expect.stringMatching(message), options: { param } }),
    );
  });

  it("end in the assistant's text where the model continues it, without trailing blanks", () => {
    const { body, dropped } = encode({ messages: [user("A"), assistant("The answer is ( \n")] }, "claude-sonnet-4-5");
    expect((body["messages"] as object[]).at(-1)).toEqual({ role: "assistant", content: [text("The answer is (")] });
    expect(dropped).toEqual([]);
  });

  it.each([
    ["the model cannot", OPUS, {}],
    ["it thinks", "claude-sonnet-4-5", { reasoning: { effort: "low" } }],
    [
      "the answer has a schema",
      "claude-sonnet-4-5",
      { responseFormat: { kind: "json-schema" as const, name: "a", schema: { type: "object", properties: {} } } },
    ],
  ])("get a user turn behind the assistant's text where %s", (_, model, fields) => {
    const { body, dropped } = encode({ ...fields, messages: [user("A"), assistant("B")] }, model);
    expect((body["messages"] as object[]).at(-1)).toEqual({ role: "user", content: [text("Continue.")] });
    expect(dropped).toEqual(["messages[].role"]);
  });

  it("resume a paused server-tool turn as it is", () => {
    const paused: Part = {
      type: "opaque",
      provider: "anthropic",
      value: { type: "server_tool_use", id: "s1", name: "web_search", input: {} },
    };
    const { body, dropped } = encode({ messages: [user("A"), { role: "assistant", parts: [paused] }] }, OPUS);
    expect((body["messages"] as object[]).at(-1)).toEqual({ role: "assistant", content: [paused.value] });
    expect(dropped).toEqual([]);
  });
});

describe("tool calls and results in history", () => {
  it.each([
    ["", {}],
    [" ", {}],
    ['{"a":[1]}', { a: [1] }],
    ['{"__proto__":{"a":1}}', JSON.parse('{"__proto__":{"a":1}}') as object],
    ["{broken", { INVALID_JSON: "{broken" }],
    ["[1]", { INVALID_JSON: "[1]" }],
    ["null", { INVALID_JSON: "null" }],
  ])("argument text %j", (args, input) => {
    const call: Message = { role: "assistant", parts: [{ type: "tool-call", id: "c1", name: "look", arguments: args }] };
    const { body } = encode({ messages: [user("A"), call, result("c1")] });
    const block = (body["messages"] as { content: { input: unknown }[] }[])[1]?.content[0];
    expect(JSON.stringify(block?.input)).toBe(JSON.stringify(input));
  });

  it("custom calls, errors, images and empty results", () => {
    const call: Message = {
      role: "assistant",
      parts: [{ type: "tool-call", id: "c1", name: "patch", arguments: "*** x", custom: true }],
    };
    const failed: Message = {
      role: "tool",
      parts: [
        {
          type: "tool-result",
          callId: "c1",
          isError: true,
          cache: { type: "ephemeral" },
          content: [
            { type: "text", text: "see" },
            { type: "image", source: { kind: "base64", mediaType: "image/png", data: "AA" } },
          ],
        },
      ],
    };
    const { body } = encode({ messages: [user("A"), call, failed, calls("c2"), result("c2", "")] });
    const turns = body["messages"] as { content: unknown[] }[];
    expect(turns[1]?.content[0]).toEqual({ type: "tool_use", id: "c1", name: "patch", input: { input: "*** x" } });
    expect(turns[2]?.content).toEqual([
      {
        type: "tool_result",
        tool_use_id: "c1",
        content: [text("see"), { type: "image", source: { type: "base64", media_type: "image/png", data: "AA" } }],
        is_error: true,
        cache_control: { type: "ephemeral" },
      },
    ]);
    expect(turns[4]?.content).toEqual([{ type: "tool_result", tool_use_id: "c2" }]);
  });
});

describe("thoughts in history", () => {
  const withThoughts = (parts: Part[]): Message[] => [
    user("A"),
    { role: "assistant", parts: [...parts, { type: "text", text: "B" }] },
    user("C"),
  ];

  it.each<[string, Part, object]>([
    [
      "signed",
      { type: "reasoning", text: "t", provider: "anthropic", signature: "s" },
      { type: "thinking", thinking: "t", signature: "s" },
    ],
    [
      "signed by who knows",
      { type: "reasoning", text: "t", signature: "s" },
      { type: "thinking", thinking: "t", signature: "s" },
    ],
    [
      "without text",
      { type: "reasoning", text: "", provider: "anthropic", signature: "s" },
      { type: "thinking", thinking: "", signature: "s" },
    ],
    [
      "encrypted",
      { type: "reasoning", text: "", provider: "anthropic", redacted: "x" },
      { type: "redacted_thinking", data: "x" },
    ],
  ])("go back when %s", (_, part, block) => {
    const { body, dropped } = encode({ messages: withThoughts([part]) });
    expect((body["messages"] as { content: unknown[] }[])[1]?.content[0]).toEqual(block);
    expect(dropped).toEqual([]);
  });

  it.each<[string, Part]>([
    ["unsigned", { type: "reasoning", text: "t" }],
    ["another provider's", { type: "reasoning", text: "t", provider: "gemini", signature: "s" }],
    ["encrypted by who knows", { type: "reasoning", text: "", redacted: "x" }],
  ])("stay away when %s", (_, part) => {
    const { body, dropped } = encode({ messages: withThoughts([part]) });
    expect((body["messages"] as { content: unknown[] }[])[1]?.content).toEqual([text("B")]);
    expect(dropped).toEqual(["messages[].reasoning_details"]);
  });

  it("never end an assistant turn", () => {
    const part: Part = { type: "reasoning", text: "cut off", provider: "anthropic", signature: "s" };
    const { body, dropped } = encode({ messages: [user("A"), { role: "assistant", parts: [part] }, user("B")] });
    expect(body["messages"]).toEqual([{ role: "user", content: [text("A"), text("B")] }]);
    expect(dropped).toEqual(["messages[].reasoning_details"]);
  });
});

it("reports names, unknown fields and blocks of others, but not the empty ones SDKs echo", () => {
  const opaque: Part = { type: "opaque", provider: "gemini", value: { executableCode: {} } };
  const messages: Message[] = [
    {
      role: "user",
      name: "ann",
      parts: [{ type: "text", text: "A", extra: { odd: 1, none: null } }],
      extra: { weird: true, nothing: [] },
    },
    { role: "assistant", parts: [opaque, { type: "refusal", text: "No." }] },
    user("B"),
  ];
  const { body, dropped } = encode({ messages });
  expect((body["messages"] as { content: unknown[] }[])[1]?.content).toEqual([text("No.")]);
  expect(dropped).toEqual(["messages[].name", "messages[].weird", "messages[].content[].odd", "messages[].content[].gemini"]);
});

it("takes time in proportion to the history, also to a hostile one", () => {
  const many = 30_000;
  const parts = Array.from({ length: many }, (): Part => ({ type: "tool-call", id: "c", name: "look", arguments: "" }));
  const thought: Message = { role: "assistant", parts: [{ type: "reasoning", text: "", provider: "anthropic", signature: "s" }] };
  const messages = [
    ...Array.from({ length: many }, () => [user("A"), thought]).flat(),
    { role: "assistant" as const, parts },
    ...Array.from({ length: many }, () => result("c")),
  ];
  const { body } = anthropic.encodeRequest(chat({ messages }), { model: OPUS });
  const turns = (JSON.parse(body.toString("utf8")) as { messages: { content: unknown[] }[] }).messages;
  expect(turns.map(({ content }) => content.length)).toEqual([many, many + 1, many]);
});
