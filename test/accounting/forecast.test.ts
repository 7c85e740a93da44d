import { learnedOutput } from "../../plugins/accounting/forecast";
import type { ChatRequest } from "../../plugins/core/chat";
import { target } from "../support/exchange";

const request = (it: Partial<ChatRequest> = {}): ChatRequest => ({
  kind: "chat",
  model: "m",
  messages: [],
  stream: false,
  includeUsage: false,
  extra: {},
  ...it,
});

describe("tokens set aside for an answer", () => {
  test.each([
    // mode, max_tokens, the target's own limit, learned → tokens
    ["max", 500, undefined, undefined, 500],
    ["max", 500, undefined, 20, 500],
    ["max", 500, 100, undefined, 100],
    ["max", undefined, 8000, 20, 8000],
    ["max", undefined, undefined, 20, 4096],
    ["max", undefined, undefined, 9000, 9000],
    ["max", undefined, undefined, undefined, 4096],
    ["learned", 500, undefined, 20, 20],
    ["learned", 10, undefined, 20, 10],
    ["learned", 500, undefined, undefined, 500],
    ["learned", undefined, 100, undefined, 100],
    ["learned", undefined, undefined, undefined, 4096],
    ["none", 500, 8000, 20, 0],
    ["max", 1e300, undefined, undefined, 1e9],
  ] as const)("%s, max_tokens %p, limit %p, learned %p: %i", (mode, maxTokens, maxOutputTokens, learned, tokens) => {
    const asked = request(maxTokens === undefined ? {} : { maxTokens });
    const to = target("openai", "x", maxOutputTokens === undefined ? {} : { maxOutputTokens });
    expect(learnedOutput(asked, to, mode, learned)).toBe(tokens);
  });

  test("what we send where the provider wants a limit and nobody gave one", () => {
    const to = target("anthropic", "claude-sonnet-4-5");
    expect(learnedOutput(request(), to, "max", 20)).toBe(64_000);
    expect(learnedOutput(request({ maxTokens: 70_000 }), to, "max", 20)).toBe(70_000);
  });

  test("several answers are as long as so many", () => {
    expect(learnedOutput(request({ maxTokens: 10, n: 3 }), target("openai", "x"), "max", undefined)).toBe(30);
  });
});
