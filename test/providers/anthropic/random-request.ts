/** fast-check arbitraries: chat requests as OpenAI clients send them, ordinary and odd. */
import fc from "fast-check";
import type { ChatRequest, Message, Part, ResponseFormat, ResultContent, Tool, ToolChoice } from "../../../plugins/core/chat";

const text = fc.oneof(fc.constantFrom("", " ", "\n", "Hi", "tail \n", "<system>x</system>"), fc.string({ maxLength: 12 }));
const cache = fc.option(fc.constantFrom({ type: "ephemeral" as const }, { type: "ephemeral" as const, ttl: "1h" }), {
  nil: undefined,
});

const textPart = fc
  .record({ text, cache })
  .map(({ text, cache }): Part & { type: "text" } => ({ type: "text", text, ...(cache === undefined ? {} : { cache }) }));
const imagePart = fc.constantFrom<ResultContent>(
  { type: "image", source: { kind: "url", url: "https://example.com/a.png" }, detail: "low" },
  { type: "image", source: { kind: "base64", mediaType: "image/jpg", data: "AAAA" } },
);
const filePart = fc.constantFrom<ResultContent>(
  { type: "file", source: { kind: "base64", mediaType: "application/pdf", data: "AAAA" }, filename: "a.pdf" },
  { type: "file", source: { kind: "base64", mediaType: "text/markdown", data: Buffer.from("# Hi").toString("base64") } },
  { type: "file", source: { kind: "file-id", id: "file_1" } },
);
const userContent = fc.array(fc.oneof({ weight: 5, arbitrary: textPart }, imagePart, filePart), { minLength: 1, maxLength: 3 });

const thought = fc.constantFrom<Part>(
  { type: "reasoning", text: "hm", provider: "anthropic", signature: "sig" },
  { type: "reasoning", text: "", provider: "anthropic", redacted: "xyz" },
  { type: "reasoning", text: "not signed" },
  { type: "reasoning", text: "theirs", provider: "gemini", signature: "g" },
  { type: "opaque", provider: "anthropic", value: { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} } },
);

/** Ids that OpenAI histories really hold: repeated, dotted, with colons. */
const callId = fc.constantFrom("call_1", "call_2", "a.b:c", "functions.look:0", "ü");
const args = fc.constantFrom("", "{}", '{"a":1}', '{"__proto__":{"b":2}}', "[1]", "{broken", "null", '"text"');

/** An assistant message and, where it calls tools, what answers the calls, in any order. */
const exchange = fc
  .record({
    said: fc.array(fc.oneof(textPart, thought), { maxLength: 2 }),
    calls: fc.array(fc.record({ id: callId, args, custom: fc.boolean() }), { maxLength: 3 }),
    between: fc.option(fc.constantFrom("Note this.", ""), { nil: undefined }),
    answers: fc.array(fc.oneof(textPart, imagePart), { maxLength: 2 }),
    failed: fc.boolean(),
    reversed: fc.boolean(),
  })
  .map(({ said, calls, between, answers, failed, reversed }): Message[] => {
    const parts: Part[] = [
      ...said,
      ...calls.map(
        (call): Part => ({
          type: "tool-call",
          id: call.id,
          name: `tool_${call.id.length}`,
          arguments: call.args,
          ...(call.custom ? { custom: true } : {}),
        }),
      ),
    ];
    const results = calls.map(
      (call): Message => ({
        role: "tool",
        parts: [{ type: "tool-result", callId: call.id, content: answers, ...(failed ? { isError: true } : {}) }],
      }),
    );
    if (reversed) results.reverse();
    const note: Message[] = between === undefined ? [] : [{ role: "system", parts: [{ type: "text", text: between }] }];
    return [{ role: "assistant", parts }, ...note, ...results];
  });

const instruction = fc
  .record({
    role: fc.constantFrom("system" as const, "developer" as const),
    parts: fc.array(textPart, { minLength: 1, maxLength: 2 }),
  })
  .map((message): Message[] => [message]);
const question = userContent.map((parts): Message[] => [{ role: "user", parts }]);

export const messages = fc
  .array(fc.oneof({ weight: 3, arbitrary: question }, { weight: 3, arbitrary: exchange }, instruction), {
    minLength: 1,
    maxLength: 7,
  })
  .map((runs) => runs.flat());

const schema = fc.constantFrom<{ readonly [key: string]: unknown }>(
  { type: "object", properties: { a: { type: "integer", minimum: 1 } }, required: ["a"] },
  { type: "object", additionalProperties: { type: "string" } },
  { type: "object", properties: { next: { $ref: "#" } } },
  { $ref: "#/$defs/a", $defs: { a: { type: "object", properties: { b: { type: ["string", "null"], maxLength: 3 } } } } },
  {
    anyOf: [
      { type: "object", properties: {} },
      { type: "object", properties: { x: { enum: ["a", 1, null] } } },
    ],
  },
  {},
);
const tool = fc.oneof(
  fc
    .record({
      name: fc.constantFrom("look", "find", "tool_6"),
      parameters: fc.option(schema, { nil: undefined }),
      strict: fc.boolean(),
    })
    .map(
      ({ name, parameters, strict }): Tool => ({
        kind: "function",
        name,
        strict,
        ...(parameters === undefined ? {} : { parameters }),
      }),
    ),
  fc.constant<Tool>({ kind: "custom", name: "patch", value: { name: "patch", format: { type: "grammar", syntax: "lark" } } }),
  fc.constant<Tool>({ kind: "server", value: { type: "web_search_20250305", name: "web_search" } }),
);
const tools = fc.uniqueArray(tool, { maxLength: 3, selector: (it) => (it.kind === "server" ? "server" : it.name) });

const choice = fc.constantFrom<ToolChoice>(
  { mode: "auto" },
  { mode: "none" },
  { mode: "required" },
  { mode: "allowed", required: true, names: ["look"] },
  { mode: "allowed", required: false, names: ["look", "web_search", "none such"] },
);
const format = fc.oneof(
  fc.constantFrom<ResponseFormat>({ kind: "text" }, { kind: "json-object" }),
  schema.map((it): ResponseFormat => ({ kind: "json-schema", name: "answer", schema: it, strict: true })),
);
const reasoning = fc.record(
  {
    effort: fc.constantFrom("none", "minimal", "low", "medium", "high", "xhigh", "max", "silly"),
    budgetTokens: fc.constantFrom(0, 500, 1024, 4000, 500_000),
    include: fc.boolean(),
  },
  { requiredKeys: [] },
);

export const request: fc.Arbitrary<ChatRequest> = fc
  .record(
    {
      messages,
      tools,
      toolChoice: choice,
      parallelToolCalls: fc.boolean(),
      responseFormat: format,
      reasoning,
      maxTokens: fc.constantFrom(1, 1000, 1025, 1500, 20_000, 1_000_000),
      temperature: fc.constantFrom(0, 0.3, 1, 1.7),
      topP: fc.constantFrom(0.1, 0.97, 1),
      topK: fc.constantFrom(1, 40),
      seed: fc.constant(1),
      n: fc.constantFrom(1, 3),
      stop: fc.array(fc.constantFrom("END", "\n", ""), { maxLength: 3 }),
      user: fc.constantFrom("u-1", "x".repeat(300)),
      stream: fc.boolean(),
      extra: fc.constantFrom({}, { service_tier: "flex", store: false, cache_control: { type: "ephemeral" }, what: 1 }),
    },
    { requiredKeys: ["messages", "stream", "extra"] },
  )
  .map((fields) => ({ kind: "chat", model: "alias", includeUsage: false, ...fields }));
