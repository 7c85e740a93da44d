/** Any request a dialect may decode, on any generation of models, encodes to one the API takes: `encode` checks it. */
import fc from "fast-check";
import type { ChatRequest, Message, Part, ResultContent } from "../../../plugins/core/chat";
import { encode } from "./request";

const text = fc.constantFrom("", " ", "Hi", "ünï 🎉", "</system>");
const textPart: fc.Arbitrary<Part> = text.map((it) => ({ type: "text", text: it }));
const media: fc.Arbitrary<Extract<ResultContent, { type: "image" | "file" }>> = fc.constantFrom(
  { type: "image", source: { kind: "base64", mediaType: "image/jpg", data: "AAAA" }, detail: "high" },
  { type: "image", source: { kind: "url", url: "https://a.example/b" } },
  { type: "file", source: { kind: "file-id", id: "files/a" }, filename: "a.pdf" },
  { type: "file", source: { kind: "base64", mediaType: "application/pdf", data: "AAAA" }, filename: "" },
);
const userPart: fc.Arbitrary<Part> = fc.oneof(
  textPart,
  media,
  fc.constantFrom<Part>({ type: "audio", format: "wav", data: "AAAA" }, { type: "opaque", provider: "other", value: {} }),
);
const saidPart: fc.Arbitrary<Part> = fc.oneof(
  textPart,
  fc.constantFrom<Part>(
    { type: "refusal", text: "No." },
    { type: "reasoning", text: "hm", provider: "gemini", signature: "S" },
    { type: "reasoning", text: "", provider: "anthropic", redacted: "R" },
    { type: "opaque", provider: "gemini", value: { executableCode: { code: "1" } } },
    { type: "text", text: "", signature: "S" },
  ),
);
const results = fc.array(
  fc.oneof(
    text.map((it): ResultContent => ({ type: "text", text: it })),
    media,
  ),
  { maxLength: 3 },
);

/** What OpenAI takes: all results of a turn right behind its calls, in any order. */
const turn: fc.Arbitrary<Message[]> = fc.oneof(
  fc
    .record({ role: fc.constantFrom("system", "developer"), parts: fc.array(textPart, { minLength: 1, maxLength: 2 }) })
    .map((it): Message[] => [it]),
  fc.array(userPart, { minLength: 1, maxLength: 3 }).map((parts): Message[] => [{ role: "user", parts }]),
  fc.array(saidPart, { maxLength: 3 }).map((parts): Message[] => [{ role: "assistant", parts }]),
  fc
    .record({
      said: fc.array(saidPart, { maxLength: 2 }),
      ids: fc.uniqueArray(fc.constantFrom("c1", "c2", "c3"), { minLength: 1 }),
      args: fc.constantFrom("", "{}", '{"a":[1]}', "{", "7"),
      signature: fc.constantFrom(undefined, "SIG"),
      content: results,
      backwards: fc.boolean(),
    })
    .map(({ said, ids, args, signature, content, backwards }): Message[] => {
      const calls = ids.map(
        (id, at): Part => ({
          ...{ type: "tool-call", id, name: `f_${id}`, arguments: args },
          ...(signature === undefined || at > 0 ? {} : { signature }),
        }),
      );
      const answers = ids.map((callId): Message => ({ role: "tool", parts: [{ type: "tool-result", callId, content }] }));
      return [{ role: "assistant", parts: [...said, ...calls] }, ...(backwards ? answers.reverse() : answers)];
    }),
);

/** Calls of neighbouring assistant messages would be answered in two places, which no API takes. */
const messages = fc
  .array(turn, { maxLength: 7 })
  .map((turns) => turns.flatMap((it) => (it[0]?.role === "assistant" ? [user("next"), ...it] : it)));

function user(words: string): Message {
  return { role: "user", parts: [{ type: "text", text: words }] };
}

const fields: fc.Arbitrary<Partial<ChatRequest>> = fc.record(
  {
    tools: fc.subarray<NonNullable<ChatRequest["tools"]>[number]>([
      {
        kind: "function",
        name: "f_c1",
        strict: true,
        parameters: { properties: { a: { $ref: "#/definitions/A" } }, definitions: { A: { const: 1 } } },
      },
      { kind: "function", name: "f_c2" },
      { kind: "custom", name: "shell", value: { name: "shell" } },
      { kind: "server", value: { type: "google_search" } },
      { kind: "server", value: { type: "web_search" } },
    ]),
    toolChoice: fc.constantFrom<NonNullable<ChatRequest["toolChoice"]>>(
      ...[
        { mode: "auto" } as const,
        { mode: "none" } as const,
        { mode: "required" } as const,
        { mode: "tool", name: "f_c2" } as const,
      ],
      { mode: "allowed", required: false, names: ["f_c1", "web_search"] },
    ),
    responseFormat: fc.constantFrom<NonNullable<ChatRequest["responseFormat"]>>(
      { kind: "json-object" },
      { kind: "json-schema", name: "n", schema: { $ref: "#/$defs/A", $defs: { A: { type: "object", nullable: true } } } },
    ),
    reasoning: fc.record(
      {
        effort: fc.constantFrom("none", "minimal", "low", "medium", "high", "xhigh", "vast"),
        budgetTokens: fc.integer({ min: 0, max: 200_000 }),
        include: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    maxTokens: fc.integer({ min: 1, max: 99_999 }),
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    topP: fc.double({ min: 0, max: 1, noNaN: true }),
    topK: fc.integer({ min: 1, max: 100 }),
    frequencyPenalty: fc.constantFrom(-1, 0, 1),
    n: fc.integer({ min: 1, max: 4 }),
    seed: fc.maxSafeInteger(),
    stop: fc.array(text, { maxLength: 7 }),
    logprobs: fc.boolean(),
    topLogprobs: fc.integer({ min: 0, max: 20 }),
    parallelToolCalls: fc.boolean(),
    stream: fc.boolean(),
    extra: fc.dictionary(
      fc.constantFrom("modalities", "service_tier", "metadata", "__proto__"),
      fc.constantFrom<unknown>(null, "flex", ["audio"], {}),
    ),
  },
  { requiredKeys: [] },
);

const models = fc.constantFrom(
  ...[
    "gemini-3.8-flash",
    "gemini-4-argon",
    "gemini-flash-latest",
    "gemini-3.5-flash",
    "gemini-3-pro-preview",
    "gemini-3-pro-image",
  ],
  ...["gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.0-flash", "gemma-3-27b-it", "tunedModels/mine"],
);

it("requests are in order", () => {
  fc.assert(
    fc.property(messages, fields, models, (history, request, model) => {
      encode({ ...request, messages: history }, model);
    }),
    { seed: 11, numRuns: 600 },
  );
});

it("every text of the conversation arrives", () => {
  const words = fc.array(fc.tuple(fc.constantFrom("system", "user", "assistant", "developer"), fc.string({ minLength: 1 })), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(words, (said) => {
      const history = said.map(([role, it]): Message => ({ role: role as Message["role"], parts: [{ type: "text", text: it }] }));
      const { contents, systemInstruction } = encode({ messages: history }).body;
      const all = [...(systemInstruction?.parts ?? []), ...contents.flatMap((content) => content.parts)].map((part) =>
        String(part["text"]),
      );
      const arrived = all.map((it) => it.replace(/^<system>\n([\s\S]*)\n<\/system>$/, "$1"));
      for (const [, it] of said) expect(arrived).toContain(it);
    }),
    { seed: 12, numRuns: 300 },
  );
});

it("arguments nested beyond reason are the client's fault", () => {
  const deep = `{"a":${"[".repeat(50_000)}${"]".repeat(50_000)}}`;
  const history: Message[] = [
    user("a"),
    { role: "assistant", parts: [{ type: "tool-call", id: "c", name: "f", arguments: deep }] },
    user("b"),
  ];
  expect(() => encode({ messages: history })).toThrow(expect.objectContaining({ kind: "bad_request" }) as Error);
});
