/** decode (dialect) and encode (codec) are inverse: nothing the dialect understood is lost or changed on the way out. */
import fc from "fast-check";
import { parseJsonSource } from "../../../plugins/core/json-source";
import { openaiChat } from "../../../plugins/dialects/openai-chat";
import { anyOpenaiCompatible } from "../../../plugins/providers/openai-compatible";
import { describeOracle } from "../oracle";

type Json = Record<string, unknown>;

function decode(body: unknown) {
  return openaiChat.decodeRequest(parseJsonSource(Buffer.from(JSON.stringify(body))));
}

function encode(body: unknown): { body: Json; dropped: readonly string[] } {
  const encoded = anyOpenaiCompatible.encodeRequest(decode(body), { model: "m" });
  return { body: JSON.parse(encoded.body.toString("utf8")) as Json, dropped: encoded.dropped };
}

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
const cache = some({ cache_control: fc.constantFrom({ type: "ephemeral" }, { type: "ephemeral", ttl: "1h" }) });
const url = fc.constantFrom("https://x/a.png", "data:image/png;base64,QUJD", "data:text/plain,hi", "data:image/png;base64,");

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
        fc.record({ file_data: fc.constantFrom("https://x/a.pdf", "data:a/b;base64,QUJD") }),
      ),
      some({ filename: word }),
      strange,
    ),
  }),
  cache,
  strange,
);
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

const callExtra = some({ extra_content: fc.constantFrom({ google: { thought_signature: "s" } }, { acme: { k: 1 } }) });
const call = fc.oneof(
  joined(
    fixed({ type: "function" }),
    fc.record({ id: word, function: fc.record({ name: word, arguments: fc.string() }) }),
    callExtra,
    strange,
  ),
  joined(
    fixed({ type: "custom" }),
    fc.record({ id: word, custom: fc.record({ name: word, input: fc.string() }) }),
    callExtra,
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
);
const assistantMessage = joined(
  fixed({ role: "assistant", content: null }),
  fc.oneof(
    fc.record({ content: contentOf(fc.oneof(textPart, foreignPart)) }),
    fc.record({ tool_calls: fc.array(call, { minLength: 1, maxLength: 3 }) }),
    fc.record({ content: word, tool_calls: fc.array(call, { minLength: 1, maxLength: 2 }) }),
    fc.record({ refusal: word }),
    fc.record({ audio: fc.record({ id: word }) }),
  ),
  reasoning,
  some({
    name: word,
    extra_content: fc.constantFrom({ anthropic: { blocks: [{ type: "server_tool_use" }, { type: "x" }] } }, { acme: { k: 1 } }),
    images: fc.constant([{ type: "image_url", image_url: { url: "https://x/a.png" } }]),
  }),
  strange,
);
const message = fc.oneof(plainMessage, plainMessage, assistantMessage, toolMessage);

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
  fc.record({ type: fc.constant("custom"), custom: joined(fc.record({ name: word }), strange) }),
  joined(fixed({ type: "web_search" }), strange),
);

const REASONING = fc.oneof(
  fc.record({ reasoning_effort: fc.constantFrom("none", "low", "high") }),
  fc.record({ reasoning: joined(fc.record({ max_tokens: fc.nat() }), some({ effort: word, exclude: fc.boolean() }), strange) }),
  fc.record({ reasoning: fc.constant({ exclude: true }) }),
  fixed({}),
);

const request = joined(
  fc.record({ model: fc.constant("m"), messages: fc.array(message, { minLength: 1, maxLength: 4 }) }),
  some({
    tools: fc.array(tool, { maxLength: 3 }),
    tool_choice: fc.constantFrom<unknown>(
      ...["auto", "none", "required"],
      { type: "function", function: { name: "f" } },
      { type: "custom", custom: { name: "c" } },
      { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [{ type: "web_search" }] } },
      { type: "web_search" },
    ),
    parallel_tool_calls: fc.boolean(),
    response_format: fc.constantFrom<unknown>(
      { type: "text" },
      { type: "json_object" },
      { type: "json_schema", json_schema: { name: "a", schema: { type: "object" }, strict: true, description: "d" } },
      { type: "grammar", grammar: "x" },
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
  ),
  REASONING,
  strange,
);

it("encode(decode(x)) is x, for canonical x", () => {
  fc.assert(
    fc.property(request, (body) => {
      const encoded = encode(body);
      expect(encoded.body).toEqual(JSON.parse(JSON.stringify(body)));
      expect(encoded.dropped).toEqual([]);
    }),
    { seed: 7, numRuns: 300 },
  );
});

it("decode(encode(decode(x))) is decode(x)", () => {
  fc.assert(
    fc.property(request, (body) => {
      const decoded = decode(body);
      expect(decode(encode(body).body)).toEqual(decoded);
    }),
    { seed: 8, numRuns: 100 },
  );
});

for (const file of ["openai", "azure", "deepseek", "groq", "openrouter", "mistral", "xai", "zai"]) {
  describeOracle(file, (records) => {
    const chats = records.filter((it) => it.api === "chat" && it.request !== null && it.status < 400);
    it.each(chats.map((it) => [it.id, it] as const))("the recorded request %s means the same after a round trip", (_, record) => {
      const body = { model: "m", ...record.request };
      // Azure and tests of raw dictionaries name no model.
      const decoded = decode({ ...body, model: "m" });
      expect(decode(encode({ ...body, model: "m" }).body)).toEqual(decoded);
    });
  });
}
