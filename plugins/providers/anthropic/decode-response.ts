import { BlockWriter } from "../../core/block-writer";
import { GraftError } from "../../core/errors";
import type { ChatEvent } from "../../core/events";
import type { DecodeContext } from "../../core/provider";
import { arrayAt, isObject, objectAt, stringAt } from "../../core/read-json";
import { BlockReader } from "./block-reader";
import { MessageReader } from "./message-reader";
import { errorOfBody } from "./stream-error";

/** @throws GraftError `upstream_invalid`, or what an error body inside a 2xx answer stands for. */
export function decodeResponse(body: unknown, context: DecodeContext): ChatEvent[] {
  if (!isObject(body)) throw new GraftError("upstream_invalid", "The provider's answer is not a JSON object.");
  const error = objectAt(body, "error");
  if (stringAt(body, "type") === "error" && error !== undefined) throw errorOfBody(error);
  if (!Array.isArray(body["content"])) throw new GraftError("upstream_invalid", "The provider's answer has no content.");
  const writer = new BlockWriter();
  const message = new MessageReader(writer, context);
  message.start(body);
  const blocks = new BlockReader(writer, context);
  for (const [index, block] of arrayAt(body, "content").entries()) {
    if (!isObject(block)) continue;
    blocks.start(index, block);
    blocks.stop(index);
  }
  message.finish(body);
  return writer.take();
}
