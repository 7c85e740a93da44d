import type { BlockStart, ChatEvent } from "../../plugins/core/events";
import { AnswerWindows } from "../../plugins/guard/answer-windows";
import { PatternFinder } from "../../plugins/guard/pattern-finder";
import type { WatchedFinder } from "../../plugins/guard/text-window";
import { brokenPromises } from "../support/well-formed";

class Stopped extends Error {}

const stop = () => {
  throw new Stopped();
};
const finder = new PatternFinder("hunter\\d", { caseSensitive: false, longest: undefined });
const redacts: WatchedFinder = { finder, redacts: true, label: "[x]", fired: () => true, overran: stop };
const blocks: WatchedFinder = { finder, redacts: false, label: "", fired: stop, overran: stop };

function through(events: readonly ChatEvent[]): ChatEvent[] {
  const windows = new AnswerWindows([redacts], { hold: finder.longest + 2, step: 1, strict: [blocks] });
  return joined([...events.flatMap((event) => windows.push(event)), ...windows.end()]);
}

/** Pieces of text that follow each other in a block, as one. */
function joined(events: readonly ChatEvent[]): ChatEvent[] {
  const out: ChatEvent[] = [];
  for (const event of events) {
    const last = out.at(-1);
    const goesOn =
      event.type === "delta" && last?.type === "delta" && last.block === event.block && (last.data ?? event.data) === undefined;
    if (goesOn) out[out.length - 1] = { ...last, text: last.text + event.text };
    else out.push(event);
  }
  return out;
}

const start = (block: number, it: BlockStart): ChatEvent => ({ type: "block-start", choice: 0, block, start: it });
const delta = (block: number, text: string, data?: string): ChatEvent => ({
  type: "delta",
  choice: 0,
  block,
  text,
  ...(data === undefined ? {} : { data }),
});
const end = (block: number): ChatEvent => ({ type: "block-end", choice: 0, block });

test("words cannot be taken out of a sound: it stops", () => {
  expect(() => through([start(0, { kind: "audio" }), delta(0, "it is hunter2", "AAAA"), end(0)])).toThrow(Stopped);
});

test("sound waits for its words", () => {
  const events = [start(0, { kind: "audio" }), delta(0, "all is", "AAAA"), delta(0, " fine", "BBBB"), end(0)];
  const out = through(events);
  expect(out.map((event) => (event.type === "delta" ? `${event.text}|${event.data ?? ""}` : event.type))).toEqual([
    "block-start",
    "all is fine|",
    "|AAAA",
    "|BBBB",
    "block-end",
  ]);
});

test("a signature goes with the thoughts it was made over, and not with others", () => {
  const thoughts = (text: string): ChatEvent[] => [
    start(0, { kind: "reasoning", provider: "anthropic" }),
    delta(0, text),
    { type: "signature", choice: 0, block: 0, signature: "s" },
    end(0),
  ];
  expect(through(thoughts("all is fine")).map(({ type }) => type)).toEqual(["block-start", "delta", "signature", "block-end"]);
  expect(through(thoughts("it is hunter2"))).toEqual([
    start(0, { kind: "reasoning", provider: "anthropic" }),
    delta(0, "it is [x]"),
    end(0),
  ]);
});

test("what only one provider understands, names of tools and lists of sources are read", () => {
  const value = { type: "web_search_result", content: [{ title: "about hunter2", ["__proto__"]: "hunter3" }] };
  const out = through([
    { type: "start", id: "x", model: "m", extra: { citations: ["https://a.example/hunter2"] } },
    start(0, { kind: "opaque", provider: "anthropic", value }),
    end(0),
    start(1, { kind: "tool-call", id: "c", name: "hunter2" }),
    end(1),
  ]);
  expect(JSON.stringify(out)).not.toContain("hunter");
  expect(JSON.stringify(out)).toContain('"__proto__":"[x]"');
});

test("blocks that run at one time each have a window of their own, and stay in order", () => {
  const events: ChatEvent[] = [
    { type: "start", id: "x", model: "m" },
    start(0, { kind: "tool-call", id: "a", name: "f" }),
    start(1, { kind: "tool-call", id: "b", name: "g" }),
    ...["{", '"p":', '"hun', "ter", '2"}'].flatMap((piece) => [delta(0, piece), delta(1, piece.replace("ter", "tar"))]),
    end(1),
    end(0),
    { type: "finish", choice: 0, reason: "tool-calls" },
    { type: "usage", usage: { input: 1, output: 1 } },
  ];
  const out = through(events);
  expect(brokenPromises(out)).toEqual([]);
  const text = (block: number) =>
    out.flatMap((event) => (event.type === "delta" && event.block === block ? [event.text] : [])).join("");
  expect([text(0), text(1)]).toEqual(['{"p":"[x]"}', '{"p":"huntar2"}']);
  expect(out.slice(-2).map(({ type }) => type)).toEqual(["finish", "usage"]);
});

test("a block that nobody ends is let out at the end", () => {
  expect(through([start(0, { kind: "text" }), delta(0, "it is hunter2")])).toEqual([
    start(0, { kind: "text" }),
    delta(0, "it is [x]"),
  ]);
});
