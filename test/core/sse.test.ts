import fc from "fast-check";
import { GraftError } from "../../plugins/core/errors";
import { encodeSse, SseDecoder, type SseEvent } from "../../plugins/core/sse";
import { cutBy, everyCut } from "../support/pieces";

function decode(pieces: Iterable<Uint8Array>, maxEventBytes?: number): SseEvent[] {
  const decoder = new SseDecoder(maxEventBytes);
  const events: SseEvent[] = [];
  for (const piece of pieces) events.push(...decoder.push(piece));
  return [...events, ...decoder.end()];
}

/** The grammar read off the page, on whole text. */
function reference(text: string): SseEvent[] {
  const lines = (text.startsWith("\uFEFF") ? text.slice(1) : text).split(/\r\n|\r|\n/);
  const events: SseEvent[] = [];
  let event = "";
  let data: string[] = [];
  const dispatch = (): void => {
    if (data.length > 0) events.push({ event, data: data.join("\n") });
    event = "";
    data = [];
  };
  const unfinished = lines.pop() ?? "";
  for (const line of unfinished === "" ? lines : [...lines, unfinished]) {
    const [, field, value] = /^([^:]*):? ?(.*)$/su.exec(line) ?? [];
    if (line === "") dispatch();
    else if (field === "event") event = value ?? "";
    else if (field === "data") data.push(value ?? "");
  }
  dispatch();
  return events;
}

const table: readonly { readonly name: string; readonly text: string; readonly events: readonly SseEvent[] }[] = [
  { name: "LF", text: "data: a\n\ndata: b\n\n", events: [ev("a"), ev("b")] },
  { name: "CRLF", text: "data: a\r\n\r\ndata: b\r\n\r\n", events: [ev("a"), ev("b")] },
  { name: "CR", text: "data: a\r\rdata: b\r\r", events: [ev("a"), ev("b")] },
  { name: "line ends mixed", text: "data: a\r\n\rdata: b\n\r\n", events: [ev("a"), ev("b")] },
  {
    name: "CR then LF is one line end, LF then CR two",
    text: "data: a\n\rdata: b\r\ndata: c\n\n",
    events: [ev("a"), ev("b\nc")],
  },
  { name: "one space after the colon goes, a second stays", text: "data:a\ndata: b\ndata:  c\n\n", events: [ev("a\nb\n c")] },
  { name: "event names, reset by the event", text: "event: x\ndata: 1\n\ndata: 2\n\n", events: [ev("1", "x"), ev("2")] },
  { name: "the last event name wins", text: "event: x\nevent: y\ndata: 1\n\n", events: [ev("1", "y")] },
  { name: "an event without data is none", text: "event: x\n\ndata: 1\n\n", events: [ev("1")] },
  { name: "empty data is an event", text: "data\n\ndata:\n\ndata: \n\n", events: [ev(""), ev(""), ev("")] },
  { name: "two empty data lines", text: "data\ndata\n\n", events: [ev("\n")] },
  { name: "comments and keep-alives", text: ": ping\n\n:\ndata: a\n: in between\ndata: b\n\n", events: [ev("a\nb")] },
  {
    name: "unknown fields, other case, leading space",
    text: "id: 1\nretry: 5\nDATA: x\n data: y\ndataset: z\ndata: a\n\n",
    events: [ev("a")],
  },
  { name: "a colon in the value", text: 'data: {"a":"b:c"}\n\n', events: [ev('{"a":"b:c"}')] },
  { name: "BOM", text: "\uFEFFdata: a\n\n", events: [ev("a")] },
  { name: "only the first BOM", text: "\uFEFF\uFEFFdata: a\n\ndata: b\n\n", events: [ev("b")] },
  { name: "BOM inside data stays", text: "data: \uFEFFa\n\n", events: [ev("\uFEFFa")] },
  { name: "BOM alone on its line", text: "\uFEFF\ndata: a\n\n", events: [ev("a")] },
  { name: "no blank line at the end", text: "data: a\n\ndata: b\n", events: [ev("a"), ev("b")] },
  { name: "no line end at the end", text: "data: a\n\ndata: b", events: [ev("a"), ev("b")] },
  { name: "CR as the last byte", text: "data: a\n\ndata: b\r", events: [ev("a"), ev("b")] },
  {
    name: "other Unicode line breaks are data",
    text: "data: a\u2028b\u0085c\u000bd\n\n",
    events: [ev("a\u2028b\u0085c\u000bd")],
  },
  { name: "letters of 2, 3 and 4 bytes", text: "data: é 漢 😀\n\n", events: [ev("é 漢 😀")] },
  { name: "nothing", text: "", events: [] },
  { name: "blank lines only", text: "\n\r\n\r\r", events: [] },
];

function ev(data: string, event = ""): SseEvent {
  return { event, data };
}

describe("SSE decoder", () => {
  test.each(table)("$name", ({ text, events }) => {
    for (const { pieces } of everyCut(Buffer.from(text))) expect(decode(pieces)).toEqual(events);
  });

  test("reads what the grammar says, wherever the stream is cut", () => {
    const word = fc.constantFrom("data", "event", "id", "retry", "", "dat", "data ", "\uFEFF", "x".repeat(40));
    const value = fc.string({ unit: fc.constantFrom(" ", ":", "a", "é", "漢", "😀", "\u2028", "{", '"'), maxLength: 12 });
    const lineEnd = fc.constantFrom("\n", "\r", "\r\n");
    const line = fc.tuple(word, fc.constantFrom(":", ": ", ""), value, lineEnd).map((parts) => parts.join(""));
    const stream = fc
      .tuple(fc.boolean(), fc.array(fc.oneof(line, lineEnd), { maxLength: 20 }), fc.constantFrom("", "data: cut", "eve", "\r"))
      .map(([bom, lines, tail]) => (bom ? "\uFEFF" : "") + lines.join("") + tail);
    fc.assert(
      fc.property(stream, fc.array(fc.nat(9), { minLength: 1, maxLength: 50 }), (text, sizes) => {
        let at = 0;
        // Sizes repeat, so at least one must move on.
        const cycle = sizes.some((size) => size > 0) ? sizes : [1];
        const pieces = cutBy(Buffer.from(text), () => cycle[at++ % cycle.length] ?? 1);
        expect(decode(pieces)).toEqual(reference(text));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  test("invalid UTF-8 becomes U+FFFD and harms no other event", () => {
    const bytes = Buffer.concat([Buffer.from("data: a"), Buffer.from([0xff, 0xc3]), Buffer.from("\n\ndata: b\n\n")]);
    for (const { pieces } of everyCut(bytes)) expect(decode(pieces)).toEqual([ev("a\uFFFD\uFFFD"), ev("b")]);
  });

  test("keeps nothing of the memory it was handed", () => {
    const shared = Buffer.alloc(7);
    const decoder = new SseDecoder();
    const events: SseEvent[] = [];
    for (const piece of cutBy(Buffer.from("data: first line\ndata: second\n\n"), () => 7)) {
      shared.set(piece);
      events.push(...decoder.push(shared.subarray(0, piece.length)));
      shared.fill(0x58);
    }
    expect(events).toEqual([ev("first line\nsecond")]);
  });

  test("a line much longer than the next leaves nothing behind", () => {
    const long = "a".repeat(200_000);
    for (const { pieces } of everyCut(Buffer.from(`data: ${long}\n\ndata: b\n\n`)))
      expect(decode(pieces)).toEqual([ev(long), ev("b")]);
  });
});

describe("SSE bounds", () => {
  const tooLong = expect.objectContaining({ kind: "upstream_invalid" });
  const limit = 32;
  const cases: readonly { readonly name: string; readonly text: string; readonly over: boolean }[] = [
    { name: "a line at the limit", text: `data: ${"a".repeat(limit - 6)}\n\n`, over: false },
    { name: "a line over it", text: `data: ${"a".repeat(limit - 5)}\n\n`, over: true },
    { name: "the limit counts bytes, not letters", text: `data: ${"漢".repeat(9)}\n\n`, over: true },
    { name: "a comment over it", text: `:${"a".repeat(limit)}\n\n`, over: true },
    { name: "an unfinished line over it", text: "a".repeat(limit + 1), over: true },
    { name: "an event of several lines at it", text: `data:${"a".repeat(15)}\ndata:${"b".repeat(16)}\n\n`, over: false },
    { name: "an event of several lines over it", text: `data:${"a".repeat(16)}\ndata:${"b".repeat(16)}\n\n`, over: true },
    { name: "an event of several lines over it in bytes", text: "data:漢漢漢漢\n".repeat(3), over: true },
    { name: "endless empty data lines", text: "data\n".repeat(limit + 2), over: true },
    { name: "many events below it", text: "data: aaaaaaaaaa\n\n".repeat(20), over: false },
  ];
  test.each(cases)("$name", ({ text, over }) => {
    for (const { pieces } of everyCut(Buffer.from(text))) {
      const run = (): unknown => decode(pieces, limit);
      if (over) expect(run).toThrow(tooLong);
      else expect(run).not.toThrow();
    }
  });

  test("a line without end is given up while it grows, not when it ends", () => {
    const decoder = new SseDecoder(limit);
    const push = (): unknown => decoder.push(Buffer.alloc(10, "a"));
    for (let piece = 0; piece < 3; piece += 1) push();
    expect(push).toThrow(GraftError);
  });

  test("events in front of the one over the limit are handed over", () => {
    const text = `data: a\n\ndata: b\n\ndata: ${"c".repeat(limit)}\n\n`;
    for (const { pieces } of everyCut(Buffer.from(text))) {
      const decoder = new SseDecoder(limit);
      const events: SseEvent[] = [];
      expect(() => {
        for (const piece of pieces) decoder.push(piece, events);
      }).toThrow(GraftError);
      expect(events).toEqual([ev("a"), ev("b")]);
    }
  });

  test("a 1 MB line in 1-byte pieces costs linear work and memory", () => {
    const size = 1024 * 1024;
    const bytes = Buffer.from(`data: ${"a".repeat(size - 6)}\n\n`);
    let touched = 0;
    let allocated = 0;
    const count = (work: number): void => {
      touched += work;
      // At once: quadratic work on 1 MB would take minutes to the end.
      if (touched > 8 * size) throw new Error("not linear");
    };
    const { indexOf, copy } = Buffer.prototype;
    const { allocUnsafe, concat } = Buffer;
    try {
      Buffer.prototype.indexOf = function counted(this: Buffer, value: string | number | Uint8Array, from?: number): number {
        count(this.length - (from ?? 0));
        return indexOf.call(this, value, from);
      } as typeof indexOf;
      Buffer.prototype.copy = function counted(this: Buffer, target: Buffer, to?: number, from?: number, end?: number): number {
        count((end ?? this.length) - (from ?? 0));
        return copy.call(this, target, to, from, end);
      } as typeof copy;
      Buffer.allocUnsafe = (length) => {
        allocated += length;
        return allocUnsafe(length);
      };
      Buffer.concat = (list, length) => {
        count(list.reduce((sum, piece) => sum + piece.length, 0));
        return concat(list, length);
      };
      const events = decode(cutBy(bytes, () => 1));
      expect(events).toHaveLength(1);
      expect(events[0]?.data).toHaveLength(size - 6);
    } finally {
      Object.assign(Buffer.prototype, { indexOf, copy });
      Object.assign(Buffer, { allocUnsafe, concat });
    }
    // Each byte is looked at for LF and CR, kept, moved when the memory grows, and searched once for the colon.
    expect(touched).toBeGreaterThan(3 * size);
    expect(allocated).toBeLessThan(8 * size);
  });
});

test("what encodeSse writes, the decoder reads", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.option(fc.stringMatching(/^[a-z_.]{1,20}$/), { nil: undefined }), (value, event) => {
      const data = JSON.stringify(value);
      expect(decode([Buffer.from(encodeSse(data, event))])).toEqual([{ data, event: event ?? "" }]);
    }),
    { seed: 1 },
  );
});
