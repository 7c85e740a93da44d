/** The few fields that routing needs, checked without looking into the messages. */
import type { RequestHead } from "../../core/dialect";
import type { JsonSource } from "../../core/json-source";
import { emptyArray, field, missing, optionalBoolean, optionalObject, requiredString, wrongType } from "./check";

/** @throws GraftError `bad_request`: `model` is a non-empty string, `messages` a non-empty list, `stream` a boolean. */
export function requestHead({ value }: JsonSource): RequestHead {
  const model = requiredString(value, "model");
  if (model === "") throw missing("model");
  const messages = field(value, "messages");
  if (messages === undefined) throw missing("messages");
  if (!Array.isArray(messages)) throw wrongType("messages", "an array of objects", messages);
  if (messages.length === 0) throw emptyArray("messages");
  const stream = optionalBoolean(value, "stream") ?? false;
  const options = optionalObject(value, "stream_options");
  const asked = options === undefined ? undefined : optionalBoolean(options, "include_usage", "stream_options");
  return { model, stream, includeUsage: stream && asked === true };
}
