/** Google's Gemini API (AI Studio keys): `generateContent`, v1beta. */
import type { ProviderCodec } from "../../core/provider";
import { decodeError } from "./decode-error";
import { decodeResponse } from "./decode-response";
import { decodeStream } from "./decode-stream";
import { embeddings } from "./embeddings";
import { encodeRequest } from "./encode-request";

export const gemini: ProviderCodec = {
  kind: "gemini",
  defaultBaseUrl: "https://generativelanguage.googleapis.com",
  credentialHeader: "x-goog-api-key",
  credential: (apiKey) => apiKey,
  encodeRequest,
  decodeResponse,
  decodeStream,
  decodeError,
  embeddings,
};
