/** The few fields that routing needs, checked without looking into the messages. */
import type { RequestHead } from "../../core/dialect";
import type { JsonSource } from "../../core/json-source";
import {
  emptyArray,
  field,
  missing,
  optionalBoolean,
  optionalObject,
  refuseLookalikes,
  requiredString,
  wrongType,
} from "./check";
import { STATE_FIELDS } from "./provider-state";

/** Every field of a request that somebody here reads. */
export const REQUEST_FIELDS = new Set([
  ...["model", "messages", "tools", "tool_choice", "functions", "function_call", "parallel_tool_calls", "response_format"],
  ...["reasoning_effort", "reasoning", "thinking", "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k"],
  ...["frequency_penalty", "presence_penalty", "seed", "n", "stop", "logprobs", "top_logprobs", "logit_bias", "user"],
  ...["stream", "stream_options"],
]);

const READ = new Set([...REQUEST_FIELDS, ...STATE_FIELDS]);

/**
 * @throws GraftError `bad_request` unless `model` is a non-empty string, `messages` a non-empty list and `stream` a boolean, and for
 * names that differ from ours in case only
 */
export function requestHead({ value }: JsonSource): RequestHead {
  refuseLookalikes(value, READ);
  const model = requiredString(value, "model");
  if (model === "") throw missing("model");
  const messages = field(value, "messages");
  if (messages === undefined) throw missing("messages");
  if (!Array.isArray(messages)) throw wrongType("messages", "an array of objects", messages);
  if (messages.length === 0) throw emptyArray("messages");
  const stream = optionalBoolean(value, "stream") ?? false;
  const options = optionalObject(value, "stream_options");
  const asked = options === undefined ? undefined : optionalBoolean(options, "include_usage", "stream_options");
  const legacyFunctions = field(value, "functions") !== undefined && field(value, "tools") === undefined;
  return { model, stream, includeUsage: stream && asked === true, ...(legacyFunctions ? { legacyFunctions } : {}) };
}
