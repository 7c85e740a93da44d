import type { JsonObject } from "../../plugins/core/chat";
import { GraftError } from "../../plugins/core/errors";
import type { ChatEvent } from "../../plugins/core/events";
import { type JsonEventReader, sseJsonDecoder, streamCutShort } from "../../plugins/core/sse-json";
import { everyCut } from "../support/pieces";

/** A reader that turns `{"id": …}` into a start event, and breaks on command. */
function reader(): JsonEventReader & { readonly log: string[] } {
  let events: ChatEvent[] = [];
  const log: string[] = [];
  return {
    log,
    read(data: JsonObject, event: string) {
      log.push(`${event}:${JSON.stringify(data)}`);
      if (data["throw"] === "graft") throw new GraftError("upstream_busy", "busy");
      if (data["throw"] === "bug") throw new TypeError("secret detail");
      if (data["error"] === true) events.push(streamCutShort());
      else events.push({ type: "start", id: String(data["id"]), model: "m" });
    },
    done: () => log.push("done"),
    end: () => log.push("end"),
    take() {
      const taken = events;
      events = [];
      return taken;
    },
  };
}

interface Seen {
  readonly events: ChatEvent[];
  readonly log: readonly string[];
}

function decode(text: string, pieces: readonly Uint8Array[] = [Buffer.from(text)], maxEventBytes = 64): Seen {
  const it = reader();
  const decoder = sseJsonDecoder(it, maxEventBytes);
  const events = pieces.flatMap((piece) => decoder.push(piece));
  events.push(...decoder.end());
  return { events, log: it.log };
}

const ids = (events: readonly ChatEvent[]): string[] =>
  events.map((event) => (event.type === "start" ? event.id : event.type === "error" ? event.error.kind : event.type));

describe("SSE JSON decoder", () => {
  const cases: readonly { readonly name: string; readonly text: string; readonly ids: readonly string[] }[] = [
    { name: "events, names and the end", text: 'event: x\ndata: {"id":1}\n\ndata: {"id":2}\n\n', ids: ["1", "2"] },
    { name: "no blank line at the end", text: 'data: {"id":1}\n\ndata: {"id":2}', ids: ["1", "2"] },
    { name: "empty data and white space are nothing", text: 'data:\n\ndata:   \n\ndata:  {"id":1} \n\n', ids: ["1"] },
    { name: "JSON over several data lines", text: 'data: {"id":\ndata: 1}\n\n', ids: ["1"] },
    { name: "not JSON", text: 'data: {"id":1}\n\ndata: <html>\n\ndata: {"id":2}\n\n', ids: ["1", "upstream_invalid"] },
    { name: "JSON but no object", text: 'data: {"id":1}\n\ndata: [1]\n\n', ids: ["1", "upstream_invalid"] },
    { name: "an event cut off", text: 'data: {"id":1}\n\ndata: {"id":', ids: ["1", "upstream_invalid"] },
    {
      name: "the reader's own error",
      text: 'data: {"id":1}\n\ndata: {"throw":"graft"}\n\ndata: {"id":2}\n\n',
      ids: ["1", "upstream_busy"],
    },
    { name: "a bug in the reader", text: 'data: {"id":1}\n\ndata: {"throw":"bug"}\n\n', ids: ["1", "upstream_invalid"] },
    {
      name: "an error event ends it",
      text: 'data: {"id":1}\n\ndata: {"error":true}\n\ndata: {"id":2}\n\n',
      ids: ["1", "upstream_failed"],
    },
    {
      name: "an event over the bound, after good ones",
      text: `data: {"id":1}\n\ndata: {"id":2}\n\ndata: "${"x".repeat(80)}"\n\ndata: {"id":3}\n\n`,
      ids: ["1", "2", "upstream_invalid"],
    },
    {
      name: "the first of two errors counts",
      text: `data: {"id":1}\n\ndata: {"throw":"graft"}\n\ndata: "${"x".repeat(80)}"\n\n`,
      ids: ["1", "upstream_busy"],
    },
  ];
  test.each(cases)("$name", ({ text, ids: expected }) => {
    for (const { pieces } of everyCut(Buffer.from(text))) expect(ids(decode(text, pieces).events)).toEqual(expected);
  });

  test("the reader hears event names, the end mark and the end, in order", () => {
    const text = 'event: a\ndata: {"id":1}\n\ndata: [DONE]\n\ndata: {"id":2}\n\n';
    for (const { pieces } of everyCut(Buffer.from(text)))
      expect(decode(text, pieces).log).toEqual(['a:{"id":1}', "done", ':{"id":2}', "end"]);
  });

  test("after an error the reader is left alone, also at the end", () => {
    expect(decode('data: {"throw":"graft"}\n\n').log).toEqual([':{"throw":"graft"}']);
  });

  test("a foreign error keeps its words out of the message", () => {
    const [event] = decode('data: {"throw":"bug"}\n\n').events;
    if (event?.type !== "error") throw new Error("no error event");
    expect(event.error.message).not.toContain("secret");
    expect(event.error.cause).toBeInstanceOf(TypeError);
  });

  test("a reader without `done` takes [DONE] calmly", () => {
    const { done: _, ...rest } = reader();
    const decoder = sseJsonDecoder(rest, 64);
    expect(decoder.push(Buffer.from("data: [DONE]\n\n"))).toEqual([]);
  });
});
