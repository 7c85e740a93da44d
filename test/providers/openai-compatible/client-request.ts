/** fast-check arbitraries: chat completions requests as JSON, with fields no one here knows wherever an object is read. */
import fc from "fast-check";

type Json = Record<string, unknown>;

const word = fc.oneof(fc.string({ minLength: 1, maxLength: 8 }), fc.constantFrom("__proto__", "constructor", 'é\u2028"\\'));
/** A field no one here knows. */
const strange = fc
  .dictionary(
    fc.constantFrom("x_one", "x_two", "__proto__", "constructor", "toString"),
    fc.oneof(fc.jsonValue({ maxDepth: 2 }).filter(finite), fc.constant(null)),
    { maxKeys: 2 },
  )
  .map((fields) => Object.fromEntries(Object.entries(fields)));

function finite(value: unknown): boolean {
  return !JSON.stringify(value)?.includes("-0") && !Object.is(value, -0);
}

/** Objects with some of these members. */
function some(members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Json> {
  return fc.record(members, { requiredKeys: [], noNullPrototype: true });
}

function joined(...parts: fc.Arbitrary<Json>[]): fc.Arbitrary<Json> {
  return fc.tuple(...parts).map((objects) => Object.fromEntries(objects.flatMap((it) => Object.entries(it))));
}

const fixed = (value: Json): fc.Arbitrary<Json> => fc.constant(value);
const cache = some({ cache_control: joined(fixed({ type: "ephemeral" }), some({ ttl: fc.constant("1h") }), strange) });
const url = fc.constantFrom(
  ...["https://x/a.png", "data:image/png;base64,QUJD", "data:text/plain,hi", "data:image/png;base64,"],
  "data:text/plain;name=A.txt;charset=utf-8;base64,QUJD",
);

const textPart = joined(fixed({ type: "text" }), fc.record({ text: word }), cache, strange);
const imagePart = joined(
  fixed({ type: "image_url" }),
  fc.record({ image_url: joined(fc.record({ url }), some({ detail: word }), strange) }),
  cache,
  strange,
);
const audioPart = joined(
  fixed({ type: "input_audio" }),
  fc.record({ input_audio: joined(fc.record({ data: fc.base64String(), format: word }), strange) }),
  cache,
  strange,
);
const filePart = joined(
  fixed({ type: "file" }),
  fc.record({
    file: joined(
      fc.oneof(
        fc.record({ file_id: word }),
        fc.record({ file_id: word, file_data: word }),
        fc.record({ file_data: fc.constantFrom("https://x/a.pdf", "data:a/b;base64,QUJD") }),
      ),
      some({ filename: word }),
      strange,
    ),
  }),
  cache,
  strange,
);
/** Without anything unknown it becomes the `refusal` field. */
const refusalPart = joined(fixed({ type: "refusal" }), fc.record({ refusal: word }), fixed({ x_one: 1 }), cache, strange);
const foreignPart = joined(fixed({ type: "video_url" }), strange);
const anyPart = fc.oneof(textPart, imagePart, audioPart, filePart, foreignPart);

/** Canonical: one bare text is a string, everything else a list. */
function contentOf(part: fc.Arbitrary<Json>): fc.Arbitrary<unknown> {
  const isBare = (parts: Json[]): boolean =>
    parts.length === 1 &&
    Object.keys(parts[0] ?? {})
      .sort()
      .join() === "text,type";
  return fc.oneof(
    word,
    fc.array(part, { minLength: 1, maxLength: 3 }).filter((parts) => !isBare(parts)),
  );
}

const plainMessage = joined(
  fc.record({ role: fc.constantFrom("system", "developer", "user"), content: contentOf(anyPart) }),
  some({ name: word }),
  strange,
);
const toolMessage = joined(
  fc.record({ role: fc.constant("tool"), tool_call_id: word, content: contentOf(fc.oneof(textPart, imagePart, filePart)) }),
  some({ name: word }),
  strange,
);

/** An inner object with members nobody knows. */
const inner = (members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Json> => joined(fc.record(members), strange);
const callExtra = some({ extra_content: fc.constantFrom({ google: { thought_signature: "s" } }, { acme: { k: 1 } }) });
const call = fc.oneof(
  joined(
    fixed({ type: "function" }),
    fc.record({ id: word, function: inner({ name: word, arguments: fc.string() }) }),
    callExtra,
    cache,
    strange,
  ),
  joined(
    fixed({ type: "custom" }),
    fc.record({ id: word, custom: inner({ name: word, input: fc.string() }) }),
    callExtra,
    cache,
    strange,
  ),
);
/** [reasoning_content, reasoning_details] as this dialect sends them: the first is the words of the second. */
const reasoning = fc.oneof(
  fixed({}),
  fc.record({ reasoning_content: word }),
  fc
    .array(
      fc.oneof(
        joined(
          fixed({ type: "reasoning.text", format: "anthropic-claude-v1" }),
          fc.record({ text: word }),
          some({ signature: word, id: word }),
        ),
        joined(fixed({ type: "reasoning.summary", format: "openai-responses-v1" }), fc.record({ summary: word })),
        joined(fixed({ type: "reasoning.encrypted", format: "google-gemini-v1" }), fc.record({ data: word }), some({ id: word })),
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((details): Json => {
      const words = details.map((it) => it["text"] ?? it["summary"] ?? "").join("");
      return words === "" ? { reasoning_details: details } : { reasoning_content: words, reasoning_details: details };
    }),
  fc.constantFrom<Json>(
    { reasoning_content: "" },
    { reasoning_content: "a", reasoning: "b" },
    { reasoning_content: "b", reasoning: "c", reasoning_details: [{ type: "reasoning.text", text: "a", signature: "s" }] },
    {
      reasoning_content: "a",
      reasoning_details: [{ type: "reasoning.text", text: "a", signature: "s" }],
      thinking_blocks: [{ type: "thinking", thinking: "b", signature: "t" }],
    },
  ),
  fc
    .array(
      fc.oneof(
        joined(fixed({ type: "thinking" }), fc.record({ thinking: word, signature: word }), strange),
        joined(fixed({ type: "redacted_thinking" }), fc.record({ data: word }), strange),
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((blocks): Json => {
      const words = blocks.map((it) => it["thinking"] ?? "").join("");
      return words === "" ? { thinking_blocks: blocks } : { reasoning_content: words, thinking_blocks: blocks };
    }),
);
const assistantMessage = joined(
  fixed({ role: "assistant", content: null }),
  fc.oneof(
    fc.record({ content: contentOf(fc.oneof(textPart, refusalPart, audioPart, filePart, foreignPart)) }),
    fc.record({ tool_calls: fc.array(call, { minLength: 1, maxLength: 3 }) }),
    fc.record({ content: word, tool_calls: fc.array(call, { minLength: 1, maxLength: 2 }) }),
    fc.record({ refusal: word }),
    fc.record({ audio: inner({ id: word }) }),
  ),
  reasoning,
  some({
    name: word,
    extra_content: fc.constantFrom(
      { anthropic: { blocks: [{ type: "server_tool_use" }, { type: "x" }] } },
      { acme: { k: 1 } },
      {
        acme: { blocks: [{ a: 1 }, "b"] },
        "openai-chat": { blocks: [{ type: "text", text: "a" }] },
      },
    ),
    annotations: fc.constant([{ type: "url_citation", url_citation: { url: "https://x/" } }]),
    images: fc.constant([{ type: "image_url", image_url: { url: "https://x/a.png" } }]),
  }),
  strange,
);
/** A mark that no part can have. */
const markedMessage = fc.record({
  role: fc.constant("assistant"),
  content: fc.constant(null),
  refusal: word,
  cache_control: fc.constant({ type: "ephemeral" }),
});
const message = fc.oneof(markedMessage, plainMessage, plainMessage, assistantMessage, toolMessage);

const tool = fc.oneof(
  joined(
    fixed({ type: "function" }),
    fc.record({
      function: joined(
        fc.record({ name: word }),
        some({ description: word, parameters: strange, strict: fc.boolean() }),
        strange,
      ),
    }),
    cache,
    strange,
  ),
  joined(fixed({ type: "custom" }), fc.record({ custom: joined(fc.record({ name: word }), strange) }), cache, strange),
  joined(fixed({ type: "web_search" }), strange),
);

const REASONING = fc.oneof(
  fc.record({ reasoning_effort: fc.constantFrom("none", "low", "high") }),
  fc.record({ reasoning: joined(fc.record({ max_tokens: fc.nat() }), some({ effort: word, exclude: fc.boolean() }), strange) }),
  fc.record({ reasoning: fc.constant({ exclude: true }) }),
  // Whatever they say, together or against each other.
  joined(
    some({
      reasoning_effort: word,
      reasoning: joined(some({ effort: word, max_tokens: fc.nat(), enabled: fc.boolean(), exclude: fc.boolean() }), strange),
    }),
    fc.record({
      thinking: joined(some({ type: fc.constantFrom("enabled", "disabled", "adaptive"), budget_tokens: fc.nat() }), strange),
    }),
  ),
  fixed({}),
);

const MODE = fc.constantFrom("auto", "required");
const REFERENCE = fc.oneof(
  joined(fixed({ type: "function" }), fc.record({ function: inner({ name: word }) }), strange),
  joined(fixed({ type: "custom" }), fc.record({ custom: inner({ name: word }) }), strange),
  joined(fixed({ type: "mcp", server_label: "s" }), some({ name: word }), strange),
  fixed({ type: "web_search" }),
);

export const canonicalRequest = joined(
  fc.record({ model: fc.constant("m"), messages: fc.array(message, { minLength: 1, maxLength: 4 }) }),
  some({
    tools: fc.array(tool, { maxLength: 3 }),
    tool_choice: fc.oneof(
      fc.constantFrom<unknown>("auto", "none", "required"),
      joined(fixed({ type: "function" }), fc.record({ function: inner({ name: word }) }), strange),
      joined(fixed({ type: "custom" }), fc.record({ custom: inner({ name: word }) }), strange),
      joined(
        fixed({ type: "allowed_tools" }),
        fc.record({ allowed_tools: inner({ mode: MODE, tools: fc.array(REFERENCE) }) }),
        strange,
      ),
      joined(fixed({ type: "web_search" }), strange),
    ),
    parallel_tool_calls: fc.boolean(),
    response_format: fc.oneof(
      joined(fixed({ type: "text" }), strange),
      joined(fixed({ type: "json_object" }), some({ schema: strange }), strange),
      joined(
        fixed({ type: "json_schema" }),
        fc.record({
          json_schema: joined(
            fc.record({ name: word, schema: strange }),
            some({ strict: fc.boolean(), description: word }),
            strange,
          ),
        }),
        strange,
      ),
      fixed({ type: "grammar", grammar: "x" }),
    ),
    max_tokens: fc.integer({ min: 1 }),
    temperature: fc.constantFrom(0, 0.7, 2),
    top_p: fc.constantFrom(0.1, 1),
    top_k: fc.nat(),
    frequency_penalty: fc.constantFrom(-1, 0.5),
    presence_penalty: fc.constantFrom(-1, 0.5),
    seed: fc.integer(),
    n: fc.integer({ min: 1, max: 128 }),
    stop: fc.array(fc.string(), { maxLength: 4 }),
    logprobs: fc.boolean(),
    top_logprobs: fc.nat(20),
    logit_bias: fc.constant({ "1": -100 }),
    user: word,
    store: fc.constant(false),
    web_search_options: strange,
  }),
  fc.oneof(
    fixed({}),
    fixed({ stream: true }),
    fixed({ stream: true, stream_options: { include_usage: true } }),
    fixed({ stream: true, stream_options: { include_obfuscation: false, include_usage: true } }),
    fixed({ stream_options: { include_usage: true } }),
  ),
  REASONING,
  strange,
);
