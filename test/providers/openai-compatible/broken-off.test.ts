/** What taps make of a body that broke off. */
import { GraftError } from "../../../plugins/core/errors";
import type { Tap } from "../../../plugins/core/provider";
import { openai } from "../../../plugins/providers/openai";

const REASON = new GraftError("timeout", "too slow");
const tapOf = (streamed: boolean): Tap => openai.passThrough!.tap({ streamed, dropUsageChunk: false, maxBytes: 1 << 20 });
const chunk = (finish: string | null) =>
  JSON.stringify({ model: "x", choices: [{ index: 0, delta: { content: "Hi" }, finish_reason: finish }] });
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe("of a stream", () => {
  test.each([
    ["nothing", ""],
    ["whole events", `data: ${chunk(null)}\n\n`],
    ["an event without its blank line", `data: ${chunk(null)}\n`],
    ["half a line", `data: ${chunk(null)}\n\ndata: {"choi`],
    ["half an end mark", `data: ${chunk(null)}\n\ndata: [DO`],
  ])("after %s: the reason, behind a blank line, without the half", (_name, text) => {
    const tap = tapOf(true);
    const before = textOf(tap.push(Buffer.from(text)));
    const last = textOf(tap.end(REASON));
    expect(last).toBe(
      `\ndata: {"error":{"message":"too slow","type":"server_error","param":null,"code":"upstream_timeout"}}\n\n`,
    );
    expect(text.startsWith(before)).toBe(true);
    expect(before === "" || before.endsWith("\n")).toBe(true);
    expect(tap.error).toBe(REASON);
  });

  test.each([
    ["a finish reason", `data: ${chunk("stop")}\n\n`],
    ["[DONE]", `data: ${chunk(null)}\n\ndata: [DONE]\n\n`],
    ["[DONE] without its line end", `data: ${chunk(null)}\n\ndata: [DONE]`],
  ])("after %s it was complete", (_name, text) => {
    const tap = tapOf(true);
    expect(textOf(tap.push(Buffer.from(text))) + textOf(tap.end(REASON))).toBe(text);
    expect(tap.error).toBeUndefined();
  });
});

describe("of a whole answer", () => {
  test.each(["", `{"choices":[`, JSON.stringify({ model: "x", choices: [] })])("%j: the reason", (text) => {
    const tap = tapOf(false);
    expect(textOf(tap.push(Buffer.from(text)))).toBe(text);
    expect(tap.end(REASON).length).toBe(0);
    expect(tap.error).toBe(REASON);
  });
});
