/** Whatever is planted wherever in a request: no provider gets it. */
import fc from "fast-check";
import { ask, open } from "./support/exchange";
import { PROVIDERS } from "./support/providers";
import { jsonWith, type Text, textWith } from "./support/values";

type Request = { messages: object[]; [field: string]: unknown };
type Place = (request: Request, text: string, json: { readonly value: object }) => void;

const call = (args: string): object => ({ id: "call_1", type: "function", function: { name: "f", arguments: args } });
const result = (content: unknown): object => ({ role: "tool", tool_call_id: "call_1", content });
const add = (request: Request, ...messages: object[]): void => void request.messages.push(...messages);

/** Every place of a request that is text. */
const PLACES: Readonly<Record<string, Place>> = {
  system: (request, text) => void request.messages.unshift({ role: "system", content: text }),
  user: (request, text) => add(request, { role: "user", content: text }),
  part: (request, text) => add(request, { role: "user", content: [{ type: "text", text, note: text }] }),
  assistant: (request, text) => add(request, { role: "assistant", content: text }),
  refusal: (request, text) => add(request, { role: "assistant", content: null, refusal: text }),
  reasoning: (request, text) => add(request, { role: "assistant", content: "x", reasoning_content: text }),
  details: (request, text) =>
    add(request, { role: "assistant", content: "x", reasoning_details: [{ type: "reasoning.text", text, id: text }] }),
  arguments: (request, _, { value }) =>
    add(request, { role: "assistant", content: null, tool_calls: [call(JSON.stringify(value))] }, result("ok")),
  spaced: (request, _, { value }) =>
    add(request, { role: "assistant", content: null, tool_calls: [call(JSON.stringify(value, null, 2))] }, result("ok")),
  broken: (request, text) =>
    add(request, { role: "assistant", content: null, tool_calls: [call(`{"a": ${text}`)] }, result("ok")),
  result: (request, text) => add(request, { role: "assistant", content: null, tool_calls: [call("{}")] }, result(text)),
  resultParts: (request, text) =>
    add(request, { role: "assistant", content: null, tool_calls: [call("{}")] }, result([{ type: "text", text }])),
  resultJson: (request, _, { value }) =>
    add(request, { role: "assistant", content: null, tool_calls: [call("{}")] }, result(JSON.stringify(value))),
  description: (request, text) =>
    void Object.assign(request, { tools: [{ type: "function", function: { name: "f", description: text } }] }),
  schema: (request, text, { value }) =>
    void Object.assign(request, {
      tools: [
        {
          type: "function",
          function: {
            name: "f",
            parameters: {
              type: "object",
              properties: { a: { type: "string", enum: [text], default: text, description: text, examples: [value] } },
            },
          },
        },
      ],
    }),
  custom: (request, text) =>
    void Object.assign(request, { tools: [{ type: "custom", custom: { name: "f", description: text } }] }),
  format: (request, text) =>
    void Object.assign(request, {
      response_format: {
        type: "json_schema",
        json_schema: { name: "f", description: text, schema: { type: "object", properties: { a: { const: text } } } },
      },
    }),
  file: (request, text) =>
    add(request, {
      role: "user",
      content: [
        {
          type: "file",
          file: { filename: "a.txt", file_data: `data:text/plain;base64,${Buffer.from(text).toString("base64")}` },
        },
      ],
    }),
  filename: (request, text) =>
    add(request, {
      role: "user",
      content: [{ type: "file", file: { filename: text, file_data: "data:text/plain;base64,aGk=" } }],
    }),
  image: (request, text) =>
    add(request, {
      role: "user",
      content: [{ type: "image_url", image_url: { url: `https://x.test/?q=${text}`, detail: text } }],
    }),
  user_id: (request, text) => void Object.assign(request, { user: text }),
  metadata: (request, text, { value }) =>
    void Object.assign(request, { metadata: { [text]: text, value: JSON.stringify(value) } }),
  stop: (request, text) => void Object.assign(request, { stop: [text] }),
  unknown: (request, text, { value }) => void Object.assign(request, { some_field: { text, value } }),
  unknownOfMessage: (request, text) => add(request, { role: "user", content: "x", note: { text } }),
  google: (request, text) =>
    void Object.assign(request, {
      extra_body: { google: { thinking_config: { note: text }, safety_settings: [{ category: text }] } },
    }),
  // What nobody here knows, wherever an object is read.
  unknownOfFormat: (request, text) =>
    void Object.assign(request, { response_format: { type: "json_object", schema: { const: text } } }),
  unknownOfSchema: (request, text) =>
    void Object.assign(request, {
      response_format: { type: "json_schema", json_schema: { name: "f", schema: { type: "object" }, note: text } },
    }),
  unknownOfChoice: (request, text) =>
    void Object.assign(request, { tool_choice: { type: "function", function: { name: "f", note: text } } }),
  reference: (request, text) =>
    void Object.assign(request, {
      tool_choice: { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [{ type: "mcp", server_label: text }] } },
    }),
  unknownOfCustom: (request, text) =>
    void Object.assign(request, { tools: [{ type: "custom", custom: { name: "f", note: text }, note: text }] }),
  unknownOfCall: (request, text) =>
    add(request, {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}", note: text }, note: text }],
    }),
  unknownOfMark: (request, text) =>
    add(request, {
      role: "user",
      content: [{ type: "text", text: "x", cache_control: { type: "ephemeral", ttl: text, note: text } }],
    }),
  unknownOfRefusal: (request, text) =>
    add(request, { role: "assistant", content: [{ type: "refusal", refusal: "no", note: text }] }),
  unknownOfAudio: (request, text) => add(request, { role: "assistant", audio: { id: "a", transcript: text } }),
  blocks: (request, text) =>
    add(request, { role: "assistant", content: "x", thinking_blocks: [{ type: "thinking", thinking: text, note: text }] }),
  secondReasoning: (request, text) =>
    add(request, {
      role: "assistant",
      content: "x",
      reasoning: text,
      thinking_blocks: [{ type: "thinking", thinking: text }],
      reasoning_details: [{ type: "reasoning.text", text: "y" }],
    }),
  annotations: (request, text) => add(request, { role: "assistant", content: "x", annotations: [{ title: text }] }),
  mediaName: (request, text) =>
    add(request, { role: "user", content: [{ type: "image_url", image_url: { url: `data:image/png;n=${text};base64,aGk=` } }] }),
  unknownOfReasoning: (request, text) =>
    void Object.assign(request, { reasoning: { effort: text, note: text }, thinking: { type: "enabled", note: text } }),
  effort: (request, text) => void Object.assign(request, { reasoning_effort: text }),
};

/** Text files are sent as base64 by some, and as text by others. */
function readable(body: string): string {
  return body.replace(/[A-Za-z0-9+/]{8,}={0,2}/g, (run) => `${run} ${Buffer.from(run, "base64").toString("utf8")} `);
}

function escaped(value: string): readonly string[] {
  return [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)];
}

describe.each([...PROVIDERS, "openai-compatible"] as const)("%s", (provider) => {
  test.each(Object.keys(PLACES))("%s", async (name) => {
    const place = PLACES[name];
    await fc.assert(
      fc.asyncProperty(textWith, jsonWith, async ({ text, values }: Text, json) => {
        const request: Request = { messages: [{ role: "user", content: "hello" }] };
        place?.(request, text, json);
        const all = [...values, ...json.values];
        const body = await ask(open({}, provider), request).then(
          (asked) => asked.body,
          (thrown: Error) => thrown.message,
        );
        expect(all.filter((value) => escaped(value).some((it) => readable(body).includes(it) || body.includes(it)))).toEqual([]);
      }),
      { numRuns: 20, seed: 7 },
    );
  });
});
