import fc from "fast-check";
import { parseJsonSource } from "../../../plugins/core/json-source";
import { openai } from "../../../plugins/providers/openai";
import { anyOpenaiCompatible } from "../../../plugins/providers/openai-compatible";

const lane = openai.passThrough!;

function send(body: string, model = "provider-model", forceUsage = false): string {
  const encoded = lane.encode(parseJsonSource(Buffer.from(body)), { model }, { forceUsage });
  expect(encoded).toMatchObject({ path: "/chat/completions", headers: { "content-type": "application/json" }, dropped: [] });
  return encoded.body.toString("utf8");
}

it.each([
  [`{"model":"a","messages":[]}`, false, `{"model":"provider-model","messages":[]}`],
  [`{ "messages" : [ 1.0 ] , "model" : "a" }`, false, `{ "messages" : [ 1.0 ] , "model" : "provider-model" }`],
  [`{"model":"provider-model","x":1e2}`, false, `{"model":"provider-model","x":1e2}`],
  [`{"model":"a"}`, true, `{"model":"provider-model"}`],
  [`{"model":"a","stream":true}`, false, `{"model":"provider-model","stream":true}`],
  [`{"model":"a","stream":true}`, true, `{"model":"provider-model","stream":true,"stream_options":{"include_usage":true}}`],
  [
    `{"model":"a","stream_options":{"include_obfuscation":false,"include_usage":false},"stream":true}`,
    true,
    `{"model":"provider-model","stream_options":{"include_obfuscation":false,"include_usage":true},"stream":true}`,
  ],
  [
    `{"model":"a","stream_options":null,"stream":true}`,
    true,
    `{"model":"provider-model","stream_options":{"include_usage":true},"stream":true}`,
  ],
  [
    `{"model":"a","stream":true,"stream_options":{"include_usage": true}}`,
    true,
    `{"model":"provider-model","stream":true,"stream_options":{"include_usage": true}}`,
  ],
])("%s forced %s", (body, forceUsage, expected) => expect(send(body, "provider-model", forceUsage)).toBe(expected));

it("only model and stream_options change; every other byte stays", () => {
  const space = fc.stringMatching(/^[ \n\t]{0,3}$/);
  const member = fc.tuple(space, fc.jsonValue(), space);
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.string(), member), { selector: ([key]) => key, maxLength: 6 }),
      fc.nat(6),
      fc.string(),
      ([...others], at, model) => {
        const members = others
          .filter(([key]) => !["model", "stream", "stream_options"].includes(key))
          .map(([key, [a, value, b]]) => `${a}${JSON.stringify(key)}${b}:${a}${JSON.stringify(value)}${b}`);
        const body = (name: string): string =>
          `{${[...members.slice(0, at), ` "model" :${JSON.stringify(name)}`, ...members.slice(at)].join(",")} }`;
        expect(send(body("alias"), model)).toBe(body(model));
      },
    ),
    { seed: 3, numRuns: 300 },
  );
});

describe("what OpenAI refuses is not passed through to it", () => {
  const user = { role: "user", content: "x" };
  const assistant = { role: "assistant", content: "x" };
  const cache_control = { type: "ephemeral" };
  it.each([
    [true, {}],
    [true, { messages: [user, { ...assistant, refusal: null, annotations: [], tool_calls: [{ id: "1" }] }], store: false }],
    [false, { reasoning: { effort: "low" } }],
    [false, { thinking: { type: "enabled" } }],
    [false, { top_k: 3 }],
    [false, { tools: [{ type: "function", function: { name: "f" }, cache_control }] }],
    [false, { tools: [{ type: "function", function: { name: "f", cache_control } }] }],
    [false, { messages: [{ ...user, cache_control }] }],
    [false, { messages: [{ ...user, content: [{ type: "text", text: "x", cache_control }] }] }],
    [false, { messages: [user, { ...assistant, reasoning_content: "x" }] }],
    [false, { messages: [user, { ...assistant, reasoning_details: [] }] }],
    [false, { messages: [user, { ...assistant, thinking_blocks: [] }] }],
    [false, { messages: [user, { ...assistant, extra_content: {} }] }],
    [false, { messages: [user, { ...assistant, tool_calls: [{ id: "1", extra_content: {} }] }] }],
  ])("%s: %j", (accepted, fields) => {
    const source = parseJsonSource(Buffer.from(JSON.stringify({ model: "m", messages: [user], ...fields })));
    expect(lane.accepts(source)).toBe(accepted);
    expect(anyOpenaiCompatible.passThrough?.accepts(source)).toBe(true);
  });
});
