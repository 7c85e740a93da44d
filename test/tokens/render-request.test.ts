import type { ChatRequest, Part } from "../../plugins/core/chat";
import { rulesOf } from "../../plugins/tokens";
import { renderRequest } from "../../plugins/tokens/render-request";
import { ask, CLAUDE, chat, GEMINI, GPT_4O, says } from "./support/chat";

const openai = rulesOf(GPT_4O).family;
const claude = rulesOf(CLAUDE).family;
const gemini = rulesOf(GEMINI).family;

test("OpenAI's public rule: 3 a request, 3 and its role a message, its texts, 1 for a name", () => {
  const rendered = renderRequest(chat([says("system", "Be brief."), { ...says("user", "a", "b"), name: "joe" }]), openai);
  expect(rendered.fixed).toEqual({ low: 3 + 4 + 4 + 1, estimate: 12, high: 12 });
  expect(rendered.texts).toEqual(["Be brief.", "joe", "a", "b"]);
  expect(rendered.factors).toEqual([1, 1, 1, 1]);
  expect(rendered.plain).toBe(true);
});

const call = (name: string): Part => ({ type: "tool-call", id: "1", name, arguments: '{"city":"Rome"}' });
const image: Part = { type: "image", source: { kind: "url", url: "https://example.com/a.png" } };

test.each<[string, readonly Part[], readonly string[], number]>([
  ["a call", [call("weather")], ["weather", '{"city":"Rome"}'], openai.call],
  ["two calls", [call("a"), call("b")], ["a", '{"city":"Rome"}', "b", '{"city":"Rome"}'], 2 * openai.parallelCall],
  ["a result", [{ type: "tool-result", callId: "1", content: [{ type: "text", text: "sunny" }] }], ["sunny"], openai.result],
  ["a result with an image", [{ type: "tool-result", callId: "1", content: [image] }], [], openai.result + 765],
  ["a thought", [{ type: "reasoning", text: "hm" }], ["hm"], 0],
  ["an encrypted thought", [{ type: "reasoning", text: "", redacted: "x".repeat(1000) }], [], 0],
  ["a refusal", [{ type: "refusal", text: "no" }], ["no"], 0],
  ["a block of one provider's", [{ type: "opaque", provider: "anthropic", value: { type: "x" } }], ['{"type":"x"}'], 0],
  ["an image", [image], [], 765],
  ["audio", [{ type: "audio", format: "mp3", data: Buffer.alloc(16_000).toString("base64") }], [], 10],
  ["a file", [{ type: "file", source: { kind: "file-id", id: "file-1" } }], [], 6000],
])("%s", (_, parts, texts, tokens) => {
  const rendered = renderRequest(chat([says("assistant", ...parts)]), openai);
  expect(rendered.texts).toEqual(texts);
  expect(rendered.fixed.estimate).toBe(3 + 4 + tokens);
  expect(rendered.plain).toBe(parts.every(({ type }) => type === "refusal"));
});

describe("beside messages", () => {
  const fixedBy = (more: Partial<ChatRequest>, family = claude): number =>
    renderRequest(ask("hi", more), family).fixed.estimate - renderRequest(ask("hi"), family).fixed.estimate;
  const tools: ChatRequest["tools"] = [{ kind: "function", name: "f" }];

  test("tools come with instructions", () => {
    expect(fixedBy({ tools })).toBe(claude.tools.base);
    expect(fixedBy({ tools: [{ kind: "server", value: { type: "web_search_20250305" } }] })).toBe(
      claude.tools.base + (claude.serverTools["web_search"] ?? 0),
    );
    expect(fixedBy({ tools: [{ kind: "server", value: { type: "constructor" } }] })).toBe(claude.tools.base);
    expect(fixedBy({ tools: [] })).toBe(0);
  });

  test("forbidden tools count where providers count them", () => {
    const llama = rulesOf({ providerKind: "openai-compatible", model: "llama-3.3-70b" }).family;
    const forbidden = { tools, toolChoice: { mode: "none" } } as const;
    expect(fixedBy(forbidden, claude)).toBe(claude.tools.base);
    expect(fixedBy(forbidden, llama)).toBe(0);
  });

  test("a schema is read by some and steers others", () => {
    const format = { responseFormat: { kind: "json-schema", name: "answer", schema: { type: "object" } } } as const;
    expect(renderRequest(ask("hi", format), openai).texts).toHaveLength(2);
    expect(renderRequest(ask("hi", format), gemini).texts).toHaveLength(1);
    expect(fixedBy(format, claude)).toBe(claude.schemaBase);
    expect(renderRequest(ask("hi", format), openai).plain).toBe(false);
    expect(renderRequest(ask("hi", { responseFormat: { kind: "json-object" } }), openai).plain).toBe(true);
  });

  test("thinking is asked for with a few words", () => {
    expect(fixedBy({ reasoning: { budgetTokens: 1024 } })).toBe(claude.thinking);
    expect(fixedBy({ reasoning: { effort: "none" } })).toBe(0);
  });

  test("signatures are read again by Gemini 3", () => {
    const family = rulesOf({ providerKind: "gemini", model: "gemini-3-pro" }).family;
    const signed = (signature: string): number =>
      renderRequest(chat([says("assistant", { type: "tool-call", id: "1", name: "f", arguments: "{}", signature })]), family)
        .fixed.estimate;
    expect(signed("x".repeat(1000)) - signed("")).toBeCloseTo(1000 * family.signature);
  });
});
