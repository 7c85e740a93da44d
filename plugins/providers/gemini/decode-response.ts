import { GraftError } from "../../core/errors";
import type { ChatEvent } from "../../core/events";
import type { DecodeContext } from "../../core/provider";
import { isObject } from "../../core/read-json";
import { AnswerReader } from "./answer-reader";

/** A list is a stream that was asked for without `alt=sse`. @throws GraftError `upstream_invalid`, or an error inside the answer. */
export function decodeResponse(body: unknown, context: DecodeContext): ChatEvent[] {
  const reader = new AnswerReader(context);
  for (const response of Array.isArray(body) ? (body as readonly unknown[]) : [body])
    if (isObject(response)) reader.read(response);
  // A whole answer is over, with or without a word about why.
  if (!reader.end("")) throw new GraftError("upstream_invalid", "The provider's answer holds no candidates.");
  return reader.take();
}
