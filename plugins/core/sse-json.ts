/** A StreamDecoder for the usual case: server-sent events whose data is one JSON object each. */
import type { JsonObject } from "./chat";
import { GraftError } from "./errors";
import type { ChatEvent } from "./events";
import type { StreamDecoder } from "./provider";
import { isObject, parseJson } from "./read-json";
import { SseDecoder, type SseEvent } from "./sse";

export interface JsonEventReader {
  /** One event. `[DONE]` is not passed on: `done` is called instead. */
  read(data: JsonObject, event: string): void;
  /** The provider's own end mark, where it has one. */
  done?(): void;
  /** The body ended cleanly. Emit an `error` event if the answer is not complete. */
  end(): void;
  /** The events since the last call. */
  take(): ChatEvent[];
}

/** After an `error` event nothing more comes out. A data line that is not a JSON object ends the stream with `upstream_invalid`. */
export function sseJsonDecoder(reader: JsonEventReader, maxEventBytes: number): StreamDecoder {
  const sse = new SseDecoder(maxEventBytes);
  let failed = false;
  const run = (step: () => void): ChatEvent[] => {
    if (failed) return [];
    let events: ChatEvent[];
    try {
      step();
      events = reader.take();
    } catch (thrown) {
      const error =
        thrown instanceof GraftError
          ? thrown
          : new GraftError("upstream_invalid", "The provider's stream could not be read.", { cause: thrown });
      events = [...reader.take(), { type: "error", error }];
    }
    const end = events.findIndex((event) => event.type === "error");
    if (end === -1) return events;
    failed = true;
    return events.slice(0, end + 1);
  };
  const readAll = (split: (out: SseEvent[]) => void): void => {
    const events: SseEvent[] = [];
    try {
      split(events);
    } finally {
      // What came whole in front of a broken event still counts.
      readEach(events);
    }
  };
  const readEach = (events: readonly SseEvent[]): void => {
    for (const { data, event } of events) {
      const text = data.trim();
      if (text === "[DONE]") reader.done?.();
      else if (text !== "") {
        const value = parseJson(text);
        if (!isObject(value)) throw new GraftError("upstream_invalid", "The provider sent a stream event that is not JSON.");
        reader.read(value, event);
      }
    }
  };
  return {
    push: (bytes) => run(() => readAll((out) => sse.push(bytes, out))),
    end: () =>
      run(() => {
        readAll((out) => sse.end(out));
        reader.end();
      }),
  };
}

/** What a decoder says when the body ended before the answer did. */
export function streamCutShort(): ChatEvent {
  return {
    type: "error",
    error: new GraftError("upstream_failed", "The provider's stream ended before the answer was complete."),
  };
}
