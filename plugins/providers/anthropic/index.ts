import type { ProviderCodec } from "../../core/provider";
import { decodeError } from "./decode-error";
import { decodeResponse } from "./decode-response";
import { decodeStream } from "./decode-stream";
import { encodeRequest, maxOutputTokens } from "./encode-request";

/** Anthropic's Messages API (`anthropic-version: 2023-06-01`), as documented in November 2026. */
export const anthropic: ProviderCodec = {
  kind: "anthropic",
  defaultBaseUrl: "https://api.anthropic.com",
  credentialHeader: "x-api-key",
  maxOutputTokens,
  credential: (apiKey) => apiKey,
  encodeRequest,
  decodeResponse,
  decodeStream,
  decodeError,
};
