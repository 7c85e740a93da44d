import { GraftError } from "../../plugins/core/errors";
import { Scout } from "../../plugins/core/scout";
import { CODECS } from "../../plugins/providers";
import { everyCut } from "../support/pieces";

function scoutFor(kind: string): Scout {
  const codec = CODECS.find((it) => it.kind === kind);
  if (codec === undefined) throw new Error(`no codec ${kind}`);
  let ids = 0;
  return new Scout(codec.decodeStream({ newId: (prefix) => `${prefix}${++ids}`, model: "m", maxEventBytes: 1 << 20 }));
}

type Verdict = "answers" | GraftError | undefined;

/** The first verdict, and whether it came before the end. */
function verdictOf(kind: string, pieces: readonly Uint8Array[]): { verdict: Verdict; early: boolean } {
  const scout = scoutFor(kind);
  for (const piece of pieces) {
    const verdict = scout.push(piece);
    if (verdict !== undefined) return { verdict, early: true };
  }
  return { verdict: scout.end(), early: false };
}

const said = (verdict: Verdict): string => (verdict instanceof GraftError ? verdict.kind : String(verdict));
const sse = (...data: readonly object[]): string => data.map((it) => `data: ${JSON.stringify(it)}\n\n`).join("");
const typed = (...data: readonly { type: string }[]): string =>
  data.map((it) => `event: ${it.type}\ndata: ${JSON.stringify(it)}\n\n`).join("");
const openai = (delta: object, finish: string | null = null) => ({
  id: "c",
  object: "chat.completion.chunk",
  model: "gpt",
  choices: [{ index: 0, delta, finish_reason: finish }],
});
const HELLO = openai({ role: "assistant", content: "" });
const START = { type: "message_start", message: { id: "m", model: "c", usage: { input_tokens: 3, output_tokens: 1 } } };
const BLOCK = { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } };
const OVERLOADED = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
const DELTA = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } };
const TOOL = { type: "content_block_start", index: 0, content_block: { type: "tool_use", id: "t", name: "f", input: {} } };
const THINKING = { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "" } };

const CASES: readonly (readonly [string, string, string, string, boolean])[] = [
  ["a first word", "openai", sse(HELLO, openai({ content: "Hi" })), "answers", true],
  ["a tool call", "openai", sse(openai({ tool_calls: [{ index: 0, id: "t", function: { name: "f" } }] })), "answers", true],
  ["an answer of no words", "openai", `${sse(HELLO, openai({}, "stop"))}data: [DONE]\n\n`, "answers", true],
  ["hello, then an error", "openai", sse(HELLO, { error: { message: "no", type: "server_error" } }), "upstream_failed", true],
  ["an overload", "openai", sse({ error: { message: "busy", code: 503 } }), "upstream_busy", true],
  ["hello, then the end", "openai", sse(HELLO), "upstream_failed", false],
  ["only comments", "openai", ": one\n\n: two\n\n", "upstream_invalid", false],
  ["nothing", "openai", "", "upstream_invalid", false],
  ["only [DONE]", "openai", "data: [DONE]\n\n", "upstream_invalid", true],
  ["no JSON", "openai", "data: {broken\n\n", "upstream_invalid", true],
  ["a page", "openai", "<html><body>Bad gateway</body></html>", "upstream_invalid", false],
  ["a first word", "anthropic", typed(START, BLOCK, { type: "ping" }, DELTA), "answers", true],
  ["a tool call", "anthropic", typed(START, TOOL), "answers", true],
  ["hello, then an error", "anthropic", typed(START, BLOCK, { type: "ping" }, OVERLOADED), "upstream_busy", true],
  ["thoughts that are only announced", "anthropic", typed(START, THINKING, OVERLOADED), "upstream_busy", true],
  ["a word, then an error", "anthropic", typed(START, BLOCK, DELTA, OVERLOADED), "answers", true],
  ["hello, then the end", "anthropic", typed(START, BLOCK), "upstream_failed", false],
  ["a first word", "gemini", sse({ candidates: [{ content: { parts: [{ text: "Hi" }] } }] }), "answers", true],
  ["an error", "gemini", sse({ error: { code: 503, message: "busy", status: "UNAVAILABLE" } }), "upstream_busy", true],
  ["only usage", "gemini", sse({ usageMetadata: { promptTokenCount: 3 } }), "upstream_failed", false],
];

describe.each(CASES)("%s (%s)", (_name, kind, text, expected, early) => {
  test.each(["\n", "\r\n", "\r"])("is told, however the bytes are cut, lines ending in %j", (end) => {
    for (const { name, pieces } of everyCut(Buffer.from(text.replaceAll("\n", end)))) {
      const seen = verdictOf(kind, pieces);
      // A CR may be the first half of a line end: only the next byte, or none, tells.
      expect([name, said(seen.verdict), end === "\r" || seen.early]).toEqual([name, expected, end === "\r" || early]);
    }
  });
});

test("the error keeps what the provider said", () => {
  const { verdict } = verdictOf("anthropic", [Buffer.from(typed(START, OVERLOADED))]);
  expect(verdict).toMatchObject({ kind: "upstream_busy", message: "Overloaded", retryable: true });
});

test("a provider that says much without saying anything is believed: what is held has a bound", () => {
  const scout = scoutFor("openai");
  const comment = Buffer.from(`: ${"x".repeat(1021)}\n`);
  let held = 0;
  let verdict: Verdict;
  while (verdict === undefined) {
    verdict = scout.push(comment);
    held += comment.length;
  }
  expect(verdict).toBe("answers");
  expect(held).toBe(64 * 1024 + comment.length);
});

test("an error in the piece that goes over the bound is still an error", () => {
  const scout = scoutFor("openai");
  const bytes = Buffer.from(`: ${"x".repeat(100_000)}\n\n${sse({ error: { message: "no" } })}`);
  expect(scout.push(bytes)).toBeInstanceOf(GraftError);
});
