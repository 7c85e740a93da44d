/** Codec of servers that speak OpenAI's chat completions: the base of `openai`, and by itself for any such server. */
import type { ProviderCodec } from "../../core/provider";
import { decodeResponse, decodeStream } from "./decode-answer";
import { decodeError } from "./decode-error";
import { openaiEmbeddings } from "./embeddings";
import { encodeRequest } from "./encode-request";
import { passThrough } from "./pass-through";

export interface OpenaiCompatibleOptions {
  readonly kind: string;
  readonly defaultBaseUrl: string;
  /** `authorization: Bearer <key>` when absent. */
  readonly credentialHeader?: string;
  /**
   * Whether the server gets the extensions other vendors made: reasoning and signatures of earlier answers, `cache_control`,
   * `top_k`, the `reasoning` object. Those that refuse them get a translated request, with what was left out reported.
   */
  readonly extensions: boolean;
  readonly maxTokensField: "max_tokens" | "max_completion_tokens";
  /** Whether it takes the option to send vectors as base64. */
  readonly base64Vectors: boolean;
}

export function openaiCompatible(options: OpenaiCompatibleOptions): ProviderCodec {
  const { kind, defaultBaseUrl, credentialHeader, extensions, base64Vectors } = options;
  return {
    kind,
    defaultBaseUrl,
    credentialHeader: credentialHeader ?? "authorization",
    credential: (apiKey) => (credentialHeader === undefined ? `Bearer ${apiKey}` : apiKey),
    encodeRequest: (request, target) => encodeRequest(request, target, options),
    decodeResponse: (body, context) => decodeResponse(kind, body, context),
    decodeStream: (context) => decodeStream(kind, context),
    decodeError,
    passThrough: passThrough(extensions),
    embeddings: openaiEmbeddings(base64Vectors),
  };
}

/** vLLM, LiteLLM, OpenRouter, another gateway …: nobody knows what stands there, so it gets all the client wrote. */
export const anyOpenaiCompatible = openaiCompatible({
  kind: "openai-compatible",
  // There is no such place: the configuration names one.
  defaultBaseUrl: "",
  extensions: true,
  maxTokensField: "max_tokens",
  base64Vectors: false,
});
