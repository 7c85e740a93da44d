/**
 * A member that nobody here knows, at every object of a chat request that somebody reads: it goes to the provider, or is reported as
 * dropped, or the request is refused.
 */
import { GraftError } from "../../plugins/core/errors";
import { openaiChat } from "../../plugins/dialects/openai-chat";
import { CODECS } from "../../plugins/providers";
import { sourceOf } from "../dialects/openai-chat/request";

type Json = { readonly [key: string]: unknown };

const NAME = "zz_unknown";
const CACHE = { cache_control: { type: "ephemeral" } };
const CALLED = { role: "tool", tool_call_id: "c", content: "ok" };
const USER = { role: "user", content: "hi" };
const user = (...content: object[]): Json => ({ messages: [{ role: "user", content }] });
const assistant = (message: object, ...after: object[]): Json => ({
  messages: [USER, { role: "assistant", content: "x", ...message }, ...after],
});

const REQUESTS: Readonly<Record<string, Json>> = {
  plain: { messages: [{ role: "system", content: "s" }, USER], stream: true, stream_options: { include_usage: true } },
  text: user({ type: "text", text: "a", ...CACHE }),
  image: user({ type: "image_url", image_url: { url: "data:image/png;base64,aGk=" } }),
  audio: user({ type: "input_audio", input_audio: { data: "aGk=", format: "wav" } }),
  file: user({ type: "file", file: { file_data: "data:application/pdf;base64,aGk=", filename: "a.pdf" } }),
  "file by id": user({ type: "file", file: { file_id: "f" } }),
  call: assistant({ tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }] }, CALLED),
  "custom call": assistant({ tool_calls: [{ id: "c", type: "custom", custom: { name: "f", input: "i" } }] }, CALLED),
  "old call": assistant({ function_call: { name: "f", arguments: "{}" } }, { role: "function", name: "f", content: "ok" }),
  result: assistant(
    { tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }] },
    { ...CALLED, content: [{ type: "text", text: "ok", ...CACHE }] },
  ),
  refusal: assistant({ content: [{ type: "refusal", refusal: "no" }] }, USER),
  "audio answer": assistant({ audio: { id: "a" } }, USER),
  "image answer": assistant({ images: [{ type: "image_url", image_url: { url: "https://x/" } }] }, USER),
  details: assistant({ reasoning_details: [{ type: "reasoning.text", text: "t", signature: "s" }] }, USER),
  blocks: assistant({ thinking_blocks: [{ type: "thinking", thinking: "t", signature: "s" }] }, USER),
  "foreign blocks": assistant({ extra_content: { acme: { blocks: [{ type: "b" }] }, google: { thought_signature: "s" } } }, USER),
  function: { tools: [{ type: "function", function: { name: "f", ...CACHE } }] },
  custom: { tools: [{ type: "custom", custom: { name: "f" }, ...CACHE }] },
  server: { tools: [{ type: "web_search" }] },
  functions: { functions: [{ name: "f" }], function_call: { name: "f" } },
  choice: { tools: [{ type: "function", function: { name: "f" } }], tool_choice: { type: "function", function: { name: "f" } } },
  "custom choice": { tools: [{ type: "custom", custom: { name: "f" } }], tool_choice: { type: "custom", custom: { name: "f" } } },
  allowed: {
    tools: [{ type: "function", function: { name: "f" } }],
    tool_choice: {
      type: "allowed_tools",
      allowed_tools: {
        mode: "auto",
        tools: [
          { type: "function", function: { name: "f" } },
          { type: "mcp", server_label: "s", name: "n" },
        ],
      },
    },
  },
  "text format": { response_format: { type: "text" } },
  "object format": { response_format: { type: "json_object" } },
  "schema format": { response_format: { type: "json_schema", json_schema: { name: "n", schema: { type: "object" } } } },
  "other format": { response_format: { type: "grammar" } },
  reasoning: { reasoning: { effort: "low" }, thinking: { type: "enabled", budget_tokens: 2000 } },
};

/** Schemas are their own language. */
const OPAQUE = new Set(["schema"]);

/** Every object of `value` with one member more, by path: `messages[].content[]`. */
function* withUnknown(value: unknown, path = ""): Generator<readonly [path: string, value: unknown]> {
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries())
      for (const [where, it] of withUnknown(item, `${path}[]`)) yield [where, value.with(at, it)];
  } else if (typeof value === "object" && value !== null) {
    yield [path, { ...value, [NAME]: "x" }];
    for (const [name, member] of Object.entries(value)) {
      if (OPAQUE.has(name)) continue;
      for (const [where, it] of withUnknown(member, path === "" ? name : `${path}.${name}`))
        yield [where, { ...value, [name]: it }];
    }
  }
}

/** Reported as a whole, or under the name it has in the present form. */
const REPORTED_AS: readonly (readonly [path: string, ...places: string[]])[] = [
  ["messages[].audio", "messages[].content[].audio"],
  ["messages[].images[]", "messages[].content[].image", "messages[].images"],
  ["messages[].images[].image_url", "messages[].content[].image", "messages[].content[].image_url", "messages[].images"],
  ["messages[].extra_content.acme.blocks[]", "messages[].content[].acme", "messages[].extra_content"],
  ["messages[].reasoning_details[]", "messages[].reasoning_content"],
  ["messages[].thinking_blocks[]", "messages[].reasoning_content"],
  ["messages[].function_call", "messages[].tool_calls[].function"],
  ["tools[].function.cache_control", "tools[].cache_control"],
  ["tools[]", "tools[].web_search"],
  ["functions[]", "tools[].function"],
];

function isReported(dropped: readonly string[], path: string): boolean {
  const places = REPORTED_AS.filter(([known]) => known === path).flat();
  return dropped.some((it) => it.endsWith(NAME) || [path, ...places].some((place) => place === it || place.startsWith(`${it}.`)));
}

/** Extensions are refused by OpenAI, and left out with a word; the rest it gets. */
const CASES = CODECS.flatMap((codec) =>
  Object.entries(REQUESTS).map(([name, request]) => [codec.kind, name, codec, request] as const),
);

it.each(CASES)("%s: %s", (kind, _, codec, request) => {
  const lost: string[] = [];
  for (const [path, value] of withUnknown({ model: "m", messages: [USER], ...request })) {
    try {
      const encoded = codec.encodeRequest(openaiChat.decodeRequest(sourceOf(value)), { model: "m" });
      const isSent = encoded.body.includes(NAME);
      if (kind === "openai-compatible") expect([path, isSent, encoded.dropped]).toEqual([path, true, []]);
      if (!isSent && !isReported(encoded.dropped, path)) lost.push(`${path}: ${encoded.dropped.join()}`);
    } catch (thrown) {
      if (!(thrown instanceof GraftError)) throw thrown;
    }
  }
  expect(lost).toEqual([]);
});
