/** OpenAI chat completions: what most applications speak. */
import type { Dialect } from "../../core/dialect";
import { decodeRequest } from "./decode-request";
import { encodeError } from "./encode-error";
import { encodeResponse } from "./encode-response";
import { ChunkEncoder } from "./encode-stream";
import { providerState } from "./provider-state";
import { requestHead } from "./request-head";

export const openaiChat: Dialect = {
  name: "openai-chat",
  path: "/chat/completions",
  head: requestHead,
  providerState,
  decodeRequest,
  encodeResponse,
  encodeStream: (context) => new ChunkEncoder(context),
  encodeError,
};
