/** From the client's JSON on: through the dialect's decoder to the key, and to what each provider would get. */
import fc from "fast-check";
import { canonical } from "../../../plugins/cache/key/canonical";
import type { ChatRequest, JsonObject, Tool } from "../../../plugins/core/chat";
import { GraftError } from "../../../plugins/core/errors";
import { openaiChat } from "../../../plugins/dialects/openai-chat";
import { CODECS } from "../../../plugins/providers";
import { sourceOf } from "../../dialects/openai-chat/request";
import { CLIENT_JSON } from "./client-json";
import { jsonChangesOf, keyOf, type Path } from "./support";

/** @returns undefined for a request that the dialect refuses */
function decode(json: unknown): ChatRequest | undefined {
  try {
    return openaiChat.decodeRequest(sourceOf(json));
  } catch (thrown) {
    if (thrown instanceof GraftError) return undefined;
    throw thrown;
  }
}

/** Says nothing of the answer, or says again what stands there already. */
const IDLE = [
  ...["model", "stream", "stream_options.include_usage", "stream_options.include_obfuscation", "user", "store", "metadata"],
  ...["safety_identifier", "prompt_cache_key", "prompt_cache_retention", "prompt_cache_options"],
  ...["messages.#.content.#.prompt_cache_breakpoint", "messages.#.content.#.cache_control", "messages.#.cache_control"],
  "tools.#.cache_control",
];
const SAID_ALREADY = [...["messages.#.tool_calls.#.type gone", "messages.#.reasoning_details.#.type gone", "tools.#.type gone"]];

function isIdle(path: Path, what: string): boolean {
  // An assistant's null is like nothing.
  if (path.join(".") === "messages.6.content") return what === "gone";
  const place = path.map((step) => (typeof step === "number" ? "#" : step)).join(".");
  return SAID_ALREADY.includes(`${place} ${what}`) || IDLE.some((idle) => place === idle || place.startsWith(`${idle}.`));
}

it("every documented field: a miss where it can change the answer, a hit where it cannot", () => {
  const before = keyOf(decode(CLIENT_JSON) as ChatRequest);
  const tried = jsonChangesOf(CLIENT_JSON).flatMap(({ path, what, value }) => {
    const request = what === "added" ? undefined : decode(value);
    return request === undefined ? [] : [{ path, what, same: keyOf(request) === before }];
  });
  const wrong = tried.filter(({ path, what, same }) => same !== isIdle(path, what));
  expect(wrong.map(({ path, what }) => `${path.join(".")} ${what}`)).toEqual([]);
  expect(tried.length).toBeGreaterThan(250);
});

it("white space, order of fields and spelling of numbers and letters do not matter", () => {
  const text = JSON.stringify(CLIENT_JSON);
  const others = [
    JSON.stringify(CLIENT_JSON, null, 2),
    JSON.stringify(Object.fromEntries(Object.entries(CLIENT_JSON).toReversed())),
    text.replace('"temperature":0.5', '"temperature":5.0e-1'),
    text.replace('"Be brief."', '"\\u0042e brief."'),
  ];
  for (const other of others) {
    expect(other).not.toBe(text);
    expect(keyOf(openaiChat.decodeRequest(sourceOf(other)))).toBe(keyOf(decode(text) as ChatRequest));
  }
});

it("__proto__ is a field like any other", () => {
  const request = (json: string) =>
    openaiChat.decodeRequest(sourceOf(`{"model":"m","messages":[{"role":"user","content":"x"}]${json}}`));
  const keys = ["", ',"__proto__":{"a":1}', ',"__proto__":{"a":2}', ',"vendor":{"__proto__":1}', ',"vendor":{}'].map((json) =>
    keyOf(request(json)),
  );
  expect(new Set(keys).size).toBe(keys.length);
});

/** Without what says who asks and how prompts are to be cached: so that the rest can be compared as providers get it. */
function settled(request: ChatRequest): ChatRequest {
  const { user: _, ...rest } = request;
  const drop = new Set(["cache", "prompt_cache_breakpoint"]);
  const drops = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(drops);
    if (typeof value !== "object" || value === null) return value;
    const members = Object.entries(value).map(([name, member]) => [name, drops(member)] as const);
    // An `extra` without members is none.
    const isLeft = ([name, member]: readonly [string, unknown]): boolean =>
      !drop.has(name) && (name !== "extra" || JSON.stringify(member) !== "{}");
    return Object.fromEntries(members.filter(isLeft));
  };
  const idle = /^(metadata|safety_identifier|store|prompt_cache_.*|stream_options)$/;
  return {
    ...rest,
    model: "m",
    stream: false,
    includeUsage: false,
    messages: drops(rest.messages) as ChatRequest["messages"],
    ...(rest.tools === undefined ? {} : { tools: rest.tools.map(withoutCache) }),
    extra: Object.fromEntries(Object.entries(rest.extra).filter(([name]) => !idle.test(name))),
  };
}

function withoutCache(tool: Tool): Tool {
  if (tool.kind === "server") return tool;
  const { cache: _, ...rest } = tool;
  return rest;
}

/** What every provider there is would get. */
function sent(request: ChatRequest): string {
  const told = settled(request);
  return CODECS.map((codec) => {
    try {
      const { path, body } = codec.encodeRequest(told, { model: "x" });
      return `${path} ${canonical(JSON.parse(body.toString("utf8")))}`;
    } catch (thrown) {
      return thrown instanceof GraftError ? `refused: ${thrown.message}` : Promise.reject(thrown).toString();
    }
  }).join("\n");
}

it("whatever makes a provider get another request makes another key", () => {
  const members = Object.entries(CLIENT_JSON).filter(([name]) => name !== "model" && name !== "messages");
  const turns = CLIENT_JSON["messages"] as readonly JsonObject[];
  const some = fc.record({
    members: fc.subarray(members),
    messages: fc.subarray([...turns], { minLength: 1 }),
    at: fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
  });
  let told = 0;
  fc.assert(
    fc.property(some, ({ members: chosen, messages, at }) => {
      const json = { model: "m", messages, ...Object.fromEntries(chosen) };
      const request = decode(json);
      if (request === undefined) return;
      const [key, body] = [keyOf(request), sent(request)];
      const changes = jsonChangesOf(json);
      for (const index of at) {
        const change = changes[index % changes.length];
        const changed = decode(change?.value);
        if (changed === undefined || sent(changed) === body) continue;
        told += 1;
        expect({ change: `${change?.path.join(".")} ${change?.what}`, same: keyOf(changed) === key }).toEqual({
          change: `${change?.path.join(".")} ${change?.what}`,
          same: false,
        });
      }
    }),
    { seed: 7, numRuns: 100 },
  );
  expect(told).toBeGreaterThan(200);
});
