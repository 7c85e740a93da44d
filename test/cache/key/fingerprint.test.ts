/** Two requests share a key only if nothing that can change an answer differs; and do share it if nothing does. */
import fc from "fast-check";
import type { ChatRequest } from "../../../plugins/core/chat";
import { alias, target } from "../../support/exchange";
import { changesOf, FULL, facts, HMAC_KEY, keyOf, type Path, print, restOf, shuffled } from "./support";

/** What does not change an answer, by where it stands. */
const IDLE = [
  ...["model", "stream", "includeUsage", "user"],
  ...["extra.metadata", "extra.safety_identifier", "extra.store", "extra.stream_options.include_obfuscation"],
  ...["extra.prompt_cache_key", "extra.prompt_cache_retention", "extra.prompt_cache_options", "extra.cache_control"],
  ...["messages.#.parts.#.cache", "messages.#.parts.#.content.#.cache", "tools.#.cache"],
  "messages.#.parts.#.extra.prompt_cache_breakpoint",
];

function isIdle(path: Path): boolean {
  const place = path.map((step) => (typeof step === "number" ? "#" : step)).join(".");
  return IDLE.some((idle) => place === idle || place.startsWith(`${idle}.`));
}

describe("one change at a time", () => {
  const changes = changesOf(FULL);
  const before = keyOf(FULL);

  it(`${changes.length} of them: a miss where it can change the answer, a hit where it cannot`, () => {
    const wrong = changes.filter(({ path, value }) => (keyOf(value) === before) !== isIdle(path));
    expect(wrong.map(({ path, what }) => `${path.join(".")} ${what}`)).toEqual([]);
    // Of both there are many.
    expect(changes.filter(({ path }) => isIdle(path)).length).toBeGreaterThan(20);
    expect(changes.filter(({ path }) => !isIdle(path)).length).toBeGreaterThan(200);
  });

  it("no two of them share a key either", () => {
    const telling = changes.filter(({ path, what }) => !isIdle(path) && what !== "gone" && what !== "moved");
    expect(new Set(telling.map(({ value }) => keyOf(value))).size).toBe(telling.length);
  });

  it("a member that only holds what is idle is like none", () => {
    const extra = { ...FULL.extra, stream_options: { include_obfuscation: true } };
    const { stream_options: _, ...without } = FULL.extra;
    expect(keyOf({ ...FULL, extra })).toBe(keyOf({ ...FULL, extra: without }));
    expect(keyOf({ ...FULL, extra: { store: true } })).toBe(keyOf({ ...FULL, extra: {} }));
  });
});

it("field order does not matter", () => {
  let state = 1;
  const random = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  for (let run = 0; run < 50; run += 1) expect(keyOf(shuffled(FULL, random) as ChatRequest)).toBe(keyOf(FULL));
});

it("text cannot pass for structure", () => {
  const part = fc.record({ type: fc.constant("text" as const), text: fc.constantFrom("", "a", "b", "ab", '"},{"', "\u0000") });
  const message = fc.record({
    role: fc.constantFrom("user" as const, "system" as const),
    parts: fc.array(part, { maxLength: 3 }),
  });
  const messages = fc.array(message, { maxLength: 3 });
  const request = (said: ChatRequest["messages"]): ChatRequest => ({
    ...{ kind: "chat", model: "m", stream: false, includeUsage: false, extra: {} },
    messages: said,
  });
  fc.assert(
    fc.property(messages, messages, (one, two) => {
      const same = JSON.stringify(one) === JSON.stringify(two);
      expect(keyOf(request(one)) === keyOf(request(two))).toBe(same);
    }),
    { seed: 3, numRuns: 700 },
  );
});

describe("what stands beside the request", () => {
  const base = facts();
  const [first, second] = base.targets;
  if (first === undefined || second === undefined) throw new Error("two targets");
  const provider = first.provider;
  const withFirst = (it: Partial<typeof first>) => facts({ targets: [{ ...first, ...it }, second] });
  const withProvider = (it: Partial<typeof provider>) => withFirst({ provider: { ...provider, ...it } });

  it.each([
    ["alias", facts({ alias: alias("other", base.targets) })],
    ["strategy", facts({ alias: { ...base.alias, strategy: "cheapest" } })],
    ["fewer targets", facts({ targets: [first] })],
    ["order of targets", facts({ targets: [second, first] })],
    ["model", withFirst({ model: "gpt-y" })],
    ["longest answer", withFirst({ maxOutputTokens: 5 })],
    ["kind", withProvider({ codec: second.provider.codec })],
    ["scheme", withProvider({ scheme: "http" })],
    ["authority", withProvider({ authority: "other.test" })],
    ["base path", withProvider({ basePath: "/v2" })],
    ["provider headers", withProvider({ headers: { "x-version": "2" } })],
    ["client headers", facts({ headers: { "openai-organization": "p" } })],
    ["no client headers", facts({ headers: {} })],
    ["versions", facts({ versions: "v2" })],
    ["client's key", facts({ clientKey: "mine" })],
    ["another client's key", facts({ clientKey: "yours" })],
    ["the name of a header as its value", facts({ headers: { o: "openai-organization" } })],
  ])("%s: another key", (_, changed) => {
    expect(keyOf(FULL, changed)).not.toBe(keyOf(FULL, base));
    expect(restOf(FULL, changed)).not.toBe(restOf(FULL, base));
  });

  it.each([
    ["name of the provider", withProvider({ name: "renamed" })],
    ["keys", withProvider({ keys: target("openai", "x", { keys: ["another"] }).provider.keys })],
    ["weight", withFirst({ weight: 9 })],
    ["timeouts", withFirst({ timeoutMs: 1, idleTimeoutMs: 2, totalTimeoutMs: 3 })],
    ["region, tags, window", withFirst({ region: "eu", tags: ["x"], contextWindow: 9 })],
  ])("%s: the same key", (_, changed) => {
    expect(keyOf(FULL, changed)).toBe(keyOf(FULL, base));
  });

  it("tells partitions, HMAC keys and purposes apart", () => {
    const it = print(FULL);
    const keys = [
      it.exact(HMAC_KEY, "p"),
      it.exact(HMAC_KEY, "q"),
      it.exact(Buffer.alloc(32, 8), "p"),
      it.rest(HMAC_KEY, "p"),
      it.rest(HMAC_KEY, "q"),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key).toMatch(/^[\w-]{43}$/);
  });
});

describe("semantic", () => {
  const SIMPLE: ChatRequest = {
    ...{ kind: "chat", model: "m", stream: false, includeUsage: false, extra: {}, temperature: 0 },
    messages: [
      { role: "system", parts: [{ type: "text", text: "Be brief." }] },
      { role: "user", parts: [{ type: "text", text: "Hi" }] },
      {
        role: "assistant",
        parts: [
          { type: "reasoning", text: "hm" },
          { type: "text", text: "Hello" },
        ],
      },
      { role: "user", parts: [{ type: "text", text: "What is Rust?" }] },
    ],
  };
  const last = SIMPLE.messages.length - 1;
  const withLast = (message: ChatRequest["messages"][number]): ChatRequest => ({
    ...SIMPLE,
    messages: SIMPLE.messages.with(last, message),
  });

  it("the rest is the same whatever the last turn says, and nothing else may differ", () => {
    const before = restOf(SIMPLE);
    const wrong = changesOf(SIMPLE).filter(({ path, value }) => {
      const place = path.join(".");
      const words = place === `messages.${last}.parts.0.text`;
      return (restOf(value) === before) !== (words || isIdle(path));
    });
    expect(wrong.map(({ path, what }) => `${path.join(".")} ${what}`)).toEqual([]);
  });

  it("the question is the text of the last turn", () => {
    expect(print(SIMPLE).question).toBe("What is Rust?");
    expect(print(SIMPLE).messages).toBe(3);
    const lines = {
      role: "user" as const,
      parts: [
        { type: "text" as const, text: "a" },
        { type: "text" as const, text: "b" },
      ],
    };
    expect(print(withLast(lines)).question).toBe("a\nb");
    expect(restOf(withLast(lines))).not.toBe(restOf(SIMPLE));
  });

  const image = { type: "image" as const, source: { kind: "url" as const, url: "https://a.test/" } };
  it.each<[string, ChatRequest]>([
    ["no messages", { ...SIMPLE, messages: [] }],
    ["the model's turn last", withLast({ role: "assistant", parts: [{ type: "text", text: "x" }] })],
    ["a tool's result last", withLast({ role: "tool", parts: [{ type: "tool-result", callId: "c", content: [] }] })],
    ["an image beside the text", withLast({ role: "user", parts: [{ type: "text", text: "x" }, image] })],
    ["an image before", { ...SIMPLE, messages: [{ role: "user", parts: [image] }, ...SIMPLE.messages] }],
    ["a file before", { ...SIMPLE, messages: [{ role: "user", parts: [{ ...image, type: "file" }] }, ...SIMPLE.messages] }],
    ["audio before", { ...SIMPLE, messages: [{ role: "user", parts: [{ type: "audio", data: "" }] }, ...SIMPLE.messages] }],
    [
      "a tool call before",
      {
        ...SIMPLE,
        messages: [{ role: "assistant", parts: [{ type: "tool-call", id: "1", name: "f", arguments: "" }] }, ...SIMPLE.messages],
      },
    ],
    [
      "what only one provider understands",
      { ...SIMPLE, messages: [{ role: "user", parts: [{ type: "opaque", provider: "p", value: {} }] }, ...SIMPLE.messages] },
    ],
    ["tools", { ...SIMPLE, tools: [{ kind: "function", name: "f" }] }],
    ["white space", withLast({ role: "user", parts: [{ type: "text", text: " \n" }] })],
    ["nothing", withLast({ role: "user", parts: [] })],
  ])("%s: no question", (_, request) => {
    expect(print(request).question).toBeUndefined();
  });

  it("an empty list of tools is none", () => {
    expect(print({ ...SIMPLE, tools: [] }).question).toBe("What is Rust?");
  });
});
