import { openaiCompatible } from "./openai-compatible";

/** Refuses unknown request fields, and `max_tokens` on its reasoning models. */
export const openai = openaiCompatible({
  kind: "openai",
  defaultBaseUrl: "https://api.openai.com/v1",
  extensions: false,
  maxTokensField: "max_completion_tokens",
  base64Vectors: true,
});
