/** Google's wire format over HTTP: what it answers, what it streams, what it refuses. */
import { isObject } from "../../plugins/core/read-json";
import { type Answer, useDemo } from "./support";

const demo = useDemo({ requireKey: "AIza" });
const user = { role: "user", parts: [{ text: "What is the weather in Paris and Rome?" }] };
const schema = { type: "OBJECT", properties: { city: { type: "STRING" } }, required: ["city"] };
const tools = [{ functionDeclarations: [{ name: "get_weather", parameters: schema }] }];
const PATH = "/v1beta/models/gemini-demo";

function ask(changes: object, path = `${PATH}:generateContent`): Promise<Answer> {
  return demo.post(path, { contents: [user], ...changes }, { "x-goog-api-key": "AIza" });
}

function partsOf(answers: readonly unknown[]): Record<string, unknown>[] {
  return answers.flatMap(
    (answer) =>
      (answer as { candidates: { content: { parts: Record<string, unknown>[] } }[] }).candidates[0]?.content.parts ?? [],
  );
}

function textOf(answers: readonly unknown[], thought = false): string {
  return partsOf(answers)
    .map((part) => ((part["thought"] === true) === thought ? (part["text"] ?? "") : ""))
    .join("");
}

test("a whole answer", async () => {
  const { status, json } = await ask({ systemInstruction: { parts: [{ text: "Be brief." }] } });
  expect(status).toBe(200);
  const text = `Hello from the demo provider speaking Gemini's wire format as gemini-demo. My instructions: "Be brief.". You said: "What is the weather in Paris and Rome?".`;
  expect(json).toMatchObject({
    candidates: [{ content: { parts: [{ text }], role: "model" }, finishReason: "STOP", index: 0 }],
    usageMetadata: { promptTokenCount: 10 },
    modelVersion: "gemini-demo",
  });
});

test("a stream adds up to the whole answer, by server-sent events or as one JSON array", async () => {
  const config = { generationConfig: { thinkingConfig: { includeThoughts: true, thinkingBudget: 100 } } };
  const whole = await ask(config);
  const sse = await ask(config, `${PATH}:streamGenerateContent?alt=sse`);
  expect(sse.headers.get("content-type")).toMatch("text/event-stream");
  expect(sse.text).toMatch(/^data: \{.*\}\r\n\r\ndata: /);
  const array = await ask(config, `${PATH}:streamGenerateContent`);
  expect(array.headers.get("content-type")).toBe("application/json");
  for (const answers of [sse.events, array.json as unknown[]]) {
    expect(answers.length).toBeGreaterThan(10);
    expect(textOf(answers)).toBe(textOf([whole.json]));
    expect(textOf(answers, true)).toBe(textOf([whole.json], true));
    expect(answers.filter((answer) => JSON.stringify(answer).includes("finishReason"))).toEqual([answers.at(-1)]);
  }
  expect(whole.json).toMatchObject({ usageMetadata: { thoughtsTokenCount: 10 } });
});

test("thoughts are counted, not shown, unless asked for", async () => {
  const { json } = await ask({ generationConfig: { thinkingConfig: { thinkingLevel: "low" } } });
  expect(textOf([json], true)).toBe("");
  expect(json).toMatchObject({ usageMetadata: { thoughtsTokenCount: 10 } });
  const none = await ask({ generationConfig: { thinkingConfig: { thinkingBudget: 0 } } });
  expect(none.text).not.toContain("thoughtsTokenCount");
});

test("parallel calls come whole in one chunk, the first one signed; the signature must come back", async () => {
  const path = "/v1beta/models/gemini-3-demo:";
  const { events } = await ask({ tools }, `${path}streamGenerateContent?alt=sse`);
  const calls = partsOf(events).filter((part) => part["functionCall"] !== undefined);
  expect(calls).toEqual([
    { functionCall: { name: "get_weather", args: { city: "Paris" } }, thoughtSignature: expect.any(String) },
    { functionCall: { name: "get_weather", args: { city: "Rome" } } },
  ]);
  const answers = calls.map(() => ({ functionResponse: { name: "get_weather", response: { output: "sunny" } } }));
  const second = (parts: object[]): Promise<Answer> =>
    ask({ tools, contents: [user, { role: "model", parts }, { role: "user", parts: answers }] }, `${path}generateContent`);
  expect(textOf([(await second(calls)).json])).toContain(
    'The tool get_weather answered: "sunny". The tool get_weather answered: "sunny".',
  );
  const [first, ...rest] = calls;
  expect((await second([{ ...first, thoughtSignature: "AAAA" }, ...rest])).text).toContain("Corrupted thought signature.");
  const missing = await second([{ functionCall: first?.["functionCall"] }, ...rest]);
  expect(missing).toMatchObject({ status: 400, text: expect.stringContaining("missing a thought_signature") });
  const standIn = { ...first, thoughtSignature: "skip_thought_signature_validator" };
  expect((await second([standIn, ...rest])).status).toBe(200);
});

test.each<[string, object, object]>([
  [
    "maxOutputTokens",
    { generationConfig: { maxOutputTokens: 2 } },
    { candidates: [{ content: { parts: [{ text: "Hello from " }] }, finishReason: "MAX_TOKENS" }] },
  ],
  [
    "stopSequences",
    { generationConfig: { stopSequences: [" from"] } },
    { candidates: [{ content: { parts: [{ text: "Hello" }] }, finishReason: "STOP" }] },
  ],
  ["candidateCount", { generationConfig: { candidateCount: 2 } }, { candidates: [{ index: 0 }, { index: 1 }] }],
  [
    "responseSchema",
    { generationConfig: { responseMimeType: "application/json", responseSchema: schema } },
    { candidates: [{ content: { parts: [{ text: '{"city":"Paris"}' }] } }] },
  ],
  [
    "responseJsonSchema",
    { generationConfig: { responseMimeType: "application/json", responseJsonSchema: { type: "boolean" } } },
    { candidates: [{ content: { parts: [{ text: "true" }] } }] },
  ],
  [
    "snake case",
    { system_instruction: { parts: [{ text: "x" }] }, generation_config: { max_output_tokens: 1 } },
    { candidates: [{ finishReason: "MAX_TOKENS" }] },
  ],
  [
    "mode NONE",
    { tools, toolConfig: { functionCallingConfig: { mode: "NONE" } } },
    { candidates: [{ content: { parts: [{ text: expect.stringContaining("Hello") }] } }] },
  ],
  [
    "mode ANY",
    { tools, toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["get_weather"] } } },
    { candidates: [{ content: { parts: [{ functionCall: {} }, {}] } }] },
  ],
  [
    "parametersJsonSchema",
    {
      tools: [
        { functionDeclarations: [{ name: "f", parametersJsonSchema: { type: "object", properties: { n: { const: 1 } } } }] },
      ],
    },
    { candidates: [{ content: { parts: [{}, { functionCall: { args: { n: 1 } } }] } }] },
  ],
  [
    "media",
    {
      contents: [
        {
          parts: [
            { inlineData: { mimeType: "image/png", data: "AAAA" } },
            { file_data: { file_uri: "gs://x", mime_type: "application/pdf" } },
            { inline_data: { mime_type: "audio/wav", data: "AA" } },
          ],
        },
      ],
    },
    { candidates: [{ content: { parts: [{ text: expect.stringContaining("You sent: image, file, audio.") }] } }] },
  ],
])("honours %s", async (_name, changes, expected) => {
  const { status, json } = await ask(changes);
  expect(json).toMatchObject(expected);
  expect(status).toBe(200);
});

test("keys", async () => {
  const post = (headers: Readonly<Record<string, string>>, query = ""): Promise<Answer> =>
    demo.post(`${PATH}:generateContent${query}`, { contents: [user] }, headers);
  expect(await post({})).toMatchObject({ status: 403, json: { error: { status: "PERMISSION_DENIED" } } });
  expect(await post({ "x-goog-api-key": "no" })).toMatchObject({
    status: 400,
    json: { error: { status: "INVALID_ARGUMENT", details: [{ reason: "API_KEY_INVALID" }] } },
  });
  expect(await post({ authorization: "Bearer AIza" })).toMatchObject({
    status: 401,
    json: { error: { status: "UNAUTHENTICATED" } },
  });
  expect((await post({}, "?key=AIza")).status).toBe(200);
});

test("models that fail on purpose; Google says when to come back in the body", async () => {
  const path = (model: string): string => `/v1beta/models/${model}:generateContent`;
  expect(await ask({}, path("demo-down"))).toMatchObject({ status: 503, json: { error: { code: 503, status: "UNAVAILABLE" } } });
  const busy = await ask({}, path("demo-busy"));
  expect(busy).toMatchObject({ status: 429, json: { error: { status: "RESOURCE_EXHAUSTED", details: [{ retryDelay: "2s" }] } } });
  expect(busy.headers.get("retry-after")).toBeNull();
});

const call = { functionCall: { name: "f", args: {} } };
const answer = { functionResponse: { name: "f", response: {} } };
const model = (...parts: object[]): object => ({ role: "model", parts });
const turn = (...parts: object[]): object => ({ role: "user", parts });
const withSchema = (parameters: object): object => ({ tools: [{ functionDeclarations: [{ name: "f", parameters }] }] });
const config = (generationConfig: object): object => ({ generationConfig });
const at = "tools[0].function_declarations[0].parameters";

test.each<[string, object]>([
  ["contents is not specified", { contents: [] }],
  ['Unknown name "messages": Cannot find field.', { messages: [] }],
  [`Unknown name "max_tokens" at 'generation_config': Cannot find field.`, config({ max_tokens: 1 })],
  ["Please use a valid role: user, model.", { contents: [{ role: "assistant", parts: [{ text: "x" }] }] }],
  ["contents[0].parts: contents.parts must not be empty.", { contents: [{ role: "user", parts: [] }] }],
  ["required oneof field 'data' must have one initialized field", { contents: [turn({ text: "" })] }],
  [
    "required oneof field 'data' must have one initialized field",
    { contents: [turn({ text: "x", inlineData: { mimeType: "a/b", data: "" } })] },
  ],
  ["Base64 decoding failed", { contents: [turn({ inlineData: { mimeType: "image/png", data: "data:," } })] }],
  ["inline_data.mime_type: must be set", { contents: [turn({ inlineData: { data: "AA" } })] }],
  ["function_call.name: Name cannot be empty", { contents: [user, model({ functionCall: {} }), turn(answer)] }],
  ["function call turn comes immediately after a user turn", { contents: [model(call), turn(answer)] }],
  ["number of function response parts is equal", { contents: [user, model(call, call), turn(answer)] }],
  ["function response turn comes immediately after a function call turn", { contents: [turn(answer)] }],
  ["function_response.response'", { contents: [user, model(call), turn({ functionResponse: { name: "f", response: "x" } })] }],
  ["generation_config.temperature: must be in the range", config({ temperature: 3 })],
  ["Invalid value at 'generation_config.max_output_tokens'", config({ maxOutputTokens: "5" })],
  ["at most 5 stop sequences", config({ stopSequences: ["a", "b", "c", "d", "e", "f"] })],
  [
    "only set only one of thinking budget and thinking level",
    config({ thinkingConfig: { thinkingBudget: 1, thinkingLevel: "LOW" } }),
  ],
  ["'generation_config.thinking_config.thinking_budget' (TYPE_INT32)", config({ thinkingConfig: { thinkingBudget: "high" } })],
  ["thinking_config.thinking_level'", config({ thinkingConfig: { thinkingLevel: "xhigh" } })],
  ["response_mime_type: unsupported", config({ responseMimeType: "text/html" })],
  ["is required when a response schema is set", config({ responseSchema: schema })],
  ["Function calling config is set without function_declarations.", { toolConfig: { functionCallingConfig: { mode: "AUTO" } } }],
  ["'tool_config.function_calling_config.mode'", { tools, toolConfig: { functionCallingConfig: { mode: "required" } } }],
  [
    "Allowed function names should only be set",
    { tools, toolConfig: { functionCallingConfig: { mode: "AUTO", allowedFunctionNames: ["get_weather"] } } },
  ],
  [
    "Allowed function name g is not",
    { tools, toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["g"] } } },
  ],
  ["Invalid function name", { tools: [{ functionDeclarations: [{ name: "1 f" }] }] }],
  [`Unknown name "additionalProperties" at '${at}': Cannot find field.`, withSchema({ ...schema, additionalProperties: false })],
  [`Unknown name "const" at '${at}.properties[x]'`, withSchema({ type: "OBJECT", properties: { x: { const: 1 } } })],
  [
    `Unknown name "type" at '${at}.properties[x]': Proto field is not repeating`,
    withSchema({ type: "OBJECT", properties: { x: { type: ["string", "null"] } } }),
  ],
  [
    `${at}.properties[x].properties: should be non-empty for OBJECT type`,
    withSchema({ type: "OBJECT", properties: { x: { type: "OBJECT", properties: {} } } }),
  ],
  [`${at}.required[0]: property is not defined`, withSchema({ ...schema, required: ["town"] })],
  [`${at}.properties[x].items: missing field.`, withSchema({ type: "OBJECT", properties: { x: { type: "ARRAY" } } })],
  [
    `${at}.properties[x].enum: only allowed for STRING type`,
    withSchema({ type: "OBJECT", properties: { x: { type: "INTEGER", enum: ["1"] } } }),
  ],
  [
    "only 'enum' and 'date-time' are supported for STRING type",
    withSchema({ type: "OBJECT", properties: { x: { type: "STRING", format: "uri" } } }),
  ],
  [`${at}.properties[x].any_of[0]`, withSchema({ type: "OBJECT", properties: { x: { anyOf: [{ type: "ARRAY" }] } } })],
])("refuses: %s (%j)", async (message, changes) => {
  const { status, json } = await ask(changes);
  const error = isObject(json) ? json["error"] : undefined;
  expect(error).toMatchObject({ code: 400, status: "INVALID_ARGUMENT", message: expect.stringContaining(message) });
  expect(status).toBe(400);
});

test("old models take no tools together with JSON, and no thinking level", async () => {
  const path = "/v1beta/models/gemini-2.5-flash:generateContent";
  const both = { tools, ...config({ responseMimeType: "application/json" }) };
  expect((await ask(both, path)).text).toContain("Function calling with a response mime type: 'application/json' is unsupported");
  expect((await ask(both)).status).toBe(200);
  expect((await ask(config({ thinkingConfig: { thinkingLevel: "LOW" } }), path)).text).toContain(
    "Thinking level is not supported",
  );
});

test("a model name comes percent-encoded", async () => {
  expect((await ask({}, "/v1beta/models/tuned%20one:generateContent")).text).toContain("as tuned one.");
});
