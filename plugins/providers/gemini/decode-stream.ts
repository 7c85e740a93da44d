import type { DecodeContext, StreamDecoder } from "../../core/provider";
import { sseJsonDecoder, streamCutShort } from "../../core/sse-json";
import { AnswerReader } from "./answer-reader";

/** `alt=sse`: each event is a response of its own. */
export function decodeStream(context: DecodeContext): StreamDecoder {
  const reader = new AnswerReader(context);
  let cutShort = false;
  return sseJsonDecoder(
    {
      read: (data) => reader.read(data),
      end: () => {
        cutShort = !reader.end(undefined);
      },
      take: () => (cutShort ? [...reader.take(), streamCutShort()] : reader.take()),
    },
    context.maxEventBytes,
  );
}
