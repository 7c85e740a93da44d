import fc from "fast-check";
import { BlockWriter } from "../../plugins/core/block-writer";
import type { BlockStart, ChatEvent } from "../../plugins/core/events";
import { brokenPromises } from "../support/well-formed";

const TEXT: BlockStart = { kind: "text" };
const REASONING: BlockStart = { kind: "reasoning", provider: "p" };
const TOOL: BlockStart = { kind: "tool-call", id: "c1", name: "f" };
const ANNOTATION = { type: "url_citation", url: "https://example.com" } as const;

function written(write: (to: BlockWriter) => void): ChatEvent[] {
  const writer = new BlockWriter();
  write(writer);
  return writer.take();
}

/** Events without their choice, in short: `+0 text`, `0 "hi"`, `-0`, `finish stop`. */
function short(events: readonly ChatEvent[]): string[] {
  return events.map((event) => {
    if (event.type === "block-start") return `+${event.block} ${event.start.kind}`;
    if (event.type === "delta")
      return `${event.block} ${JSON.stringify(event.text)}${event.data === undefined ? "" : ` ${event.data}`}`;
    if (event.type === "block-end") return `-${event.block}`;
    if (event.type === "finish") return `finish ${event.reason}`;
    return event.type;
  });
}

const table: readonly { readonly name: string; readonly write: (to: BlockWriter) => void; readonly events: readonly string[] }[] =
  [
    {
      name: "flowing text is one block",
      write: (to) => {
        to.flow(0, TEXT, "a");
        to.flow(0, TEXT, "b");
        to.finish(0, "stop");
      },
      events: ["+0 text", '0 "a"', '0 "b"', "-0", "finish stop"],
    },
    {
      name: "another kind ends the flow, and coming back starts a new block",
      write: (to) => {
        to.flow(0, REASONING, "r");
        to.flow(0, TEXT, "t");
        to.flow(0, REASONING, "s");
      },
      events: ["+0 reasoning", '0 "r"', "-0", "+1 text", '1 "t"', "-1", "+2 reasoning", '2 "s"'],
    },
    {
      name: "empty flow text starts nothing",
      write: (to) => {
        to.flow(0, TEXT, "");
        to.finish(0, "stop");
      },
      events: ["finish stop"],
    },
    {
      name: "opened blocks interleave and outlive flows",
      write: (to) => {
        to.open(0, "t1", TOOL);
        to.flow(0, TEXT, "x");
        to.open(0, "t2", TOOL);
        to.delta(0, "t1", "{");
        to.delta(0, "t2", "[");
        to.closeFlows(0);
        to.delta(0, "t1", "}");
        to.finish(0, "tool-calls");
      },
      events: [
        "+0 tool-call",
        "+1 text",
        '1 "x"',
        "+2 tool-call",
        '0 "{"',
        '2 "["',
        "-1",
        '0 "}"',
        "-0",
        "-2",
        "finish tool-calls",
      ],
    },
    {
      name: "a whole block ends flows before it and is closed at once",
      write: (to) => {
        to.flow(0, TEXT, "a");
        to.whole(0, { kind: "image", mediaType: "image/png", data: "AA==" });
        to.whole(0, { kind: "opaque", provider: "p", value: {} });
        to.flow(0, TEXT, "b");
      },
      events: ["+0 text", '0 "a"', "-0", "+1 image", "-1", "+2 opaque", "-2", "+3 text", '3 "b"'],
    },
    {
      name: "what names no open block is ignored",
      write: (to) => {
        to.delta(0, "t1", "lost");
        to.signature(0, "t1", "s");
        to.annotation(0, "t1", ANNOTATION);
        to.close(0, "t1");
        to.open(0, "t1", TOOL);
        to.delta(1, "t1", "other choice");
        to.close(0, "t1");
        to.delta(0, "t1", "late");
      },
      events: ["+0 tool-call", "-0"],
    },
    {
      name: "an open key is not opened again; a closed one is a new block",
      write: (to) => {
        to.open(0, "a", TEXT);
        to.open(0, "a", REASONING);
        to.close(0, "a");
        to.open(0, "a", REASONING);
      },
      events: ["+0 text", "-0", "+1 reasoning"],
    },
    {
      name: "data without text is a delta, text without data too, neither is none",
      write: (to) => {
        to.open(0, "a", { kind: "audio" });
        to.delta(0, "a", "", "AAAA");
        to.delta(0, "a", "hi");
        to.delta(0, "a", "");
      },
      events: ["+0 audio", '0 "" AAAA', '0 "hi"'],
    },
    {
      name: "after finish nothing starts and nothing finishes again",
      write: (to) => {
        to.flow(0, TEXT, "a");
        to.finish(0, "stop");
        to.flow(0, TEXT, "late");
        to.open(0, "t", TOOL);
        to.delta(0, "t", "late");
        to.whole(0, REASONING);
        to.finish(0, "length");
      },
      events: ["+0 text", '0 "a"', "-0", "finish stop"],
    },
  ];

describe("block writer", () => {
  test.each(table)("$name", ({ write, events }) => {
    const all = written(write);
    expect(short(all)).toEqual(events);
    expect(brokenPromises(all)).toEqual([]);
  });

  test("choices count and finish on their own", () => {
    const events = written((to) => {
      to.flow(0, TEXT, "a");
      to.flow(1, TEXT, "b");
      to.finish(0, "stop", "end_turn");
      to.flow(1, TEXT, "c");
      expect([to.isFinished(0), to.isFinished(1), to.isOpen(1, "text"), to.isOpen(0, "text")]).toEqual([
        true,
        false,
        true,
        false,
      ]);
      to.finish(1, "length");
    });
    expect(events).toEqual([
      { type: "block-start", choice: 0, block: 0, start: TEXT },
      { type: "delta", choice: 0, block: 0, text: "a" },
      { type: "block-start", choice: 1, block: 0, start: TEXT },
      { type: "delta", choice: 1, block: 0, text: "b" },
      { type: "block-end", choice: 0, block: 0 },
      { type: "finish", choice: 0, reason: "stop", raw: "end_turn" },
      { type: "delta", choice: 1, block: 0, text: "c" },
      { type: "block-end", choice: 1, block: 0 },
      { type: "finish", choice: 1, reason: "length" },
    ]);
  });

  test("take hands over each event once, emit keeps the order", () => {
    const writer = new BlockWriter();
    writer.emit({ type: "start", id: "i", model: "m" });
    writer.flow(0, TEXT, "a");
    expect(writer.take().map((event) => event.type)).toEqual(["start", "block-start", "delta"]);
    writer.emit({ type: "usage", usage: { input: 1, output: 1 } });
    expect(writer.take()).toHaveLength(1);
    expect(writer.take()).toEqual([]);
  });

  test("signature and annotation name the block's number, not its key", () => {
    const events = written((to) => {
      to.open(0, "first", TEXT);
      to.open(0, "second", REASONING);
      to.signature(0, "second", "s");
      to.annotation(0, "first", ANNOTATION);
    });
    expect(events.slice(2)).toEqual([
      { type: "signature", choice: 0, block: 1, signature: "s" },
      { type: "annotation", choice: 0, block: 0, annotation: ANNOTATION },
    ]);
  });

  test("whatever a codec calls, the events are well formed and no text of an open block is lost", () => {
    const choice = fc.nat(2);
    const key = fc.constantFrom("text", "reasoning", "a", "b", "\u0000whole");
    const start = fc.constantFrom<BlockStart>(TEXT, REASONING, TOOL, { kind: "refusal" }, { kind: "audio" });
    const text = fc.constantFrom("", "x", "yy");
    type Call = (to: BlockWriter) => void;
    const call = fc.oneof(
      fc.tuple(choice, key, start, fc.boolean()).map(
        (args): Call =>
          (to) =>
            to.open(...args),
      ),
      fc.tuple(choice, key, text).map(
        (args): Call =>
          (to) =>
            to.delta(...args),
      ),
      fc.tuple(choice, start, text).map(
        (args): Call =>
          (to) =>
            to.flow(...args),
      ),
      fc.tuple(choice, start).map(
        (args): Call =>
          (to) =>
            to.whole(...args),
      ),
      fc.tuple(choice, key).map(
        (args): Call =>
          (to) =>
            to.signature(...args, "s"),
      ),
      fc.tuple(choice, key).map(
        (args): Call =>
          (to) =>
            to.annotation(...args, ANNOTATION),
      ),
      fc.tuple(choice, key).map(
        (args): Call =>
          (to) =>
            to.close(...args),
      ),
      fc.tuple(choice).map(
        (args): Call =>
          (to) =>
            to.closeFlows(...args),
      ),
      fc.tuple(choice).map(
        (args): Call =>
          (to) =>
            to.finish(...args, "stop"),
      ),
    );
    fc.assert(
      fc.property(fc.array(call, { maxLength: 60 }), (calls) => {
        const writer = new BlockWriter();
        const all: ChatEvent[] = [];
        for (const it of calls) {
          it(writer);
          all.push(...writer.take());
        }
        for (const each of [0, 1, 2]) writer.finish(each, "stop");
        all.push(...writer.take());
        expect(brokenPromises(all)).toEqual([]);
        expect(all.filter((event) => event.type === "block-start").length).toBe(
          all.filter((event) => event.type === "block-end").length,
        );
        expect(all.filter((event) => event.type === "finish")).toHaveLength(3);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  test("flowed text comes out whole and in order until its choice is finished", () => {
    const piece = fc.record({
      choice: fc.nat(1),
      start: fc.constantFrom<BlockStart>(TEXT, REASONING),
      text: fc.string({ maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const events = written((to) => {
          for (const { choice, start, text } of pieces) to.flow(choice, start, text);
        });
        for (const choice of [0, 1]) {
          const sent = pieces.filter((it) => it.choice === choice).map((it) => it.text);
          const got = events.flatMap((event) => (event.type === "delta" && event.choice === choice ? [event.text] : []));
          expect(got.join("")).toBe(sent.join(""));
        }
      }),
      { seed: 1 },
    );
  });
});
