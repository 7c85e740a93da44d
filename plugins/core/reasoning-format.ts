/**
 * The word for a provider kind in the `format` field of chat completions' `reasoning_details` (a convention of OpenRouter that
 * client libraries know). Kinds without such a word stand for themselves.
 */
const FORMATS: ReadonlyMap<string, string> = new Map([
  ["anthropic", "anthropic-claude-v1"],
  ["gemini", "google-gemini-v1"],
  ["openai", "openai-responses-v1"],
  ["xai", "xai-responses-v1"],
]);

const KINDS: ReadonlyMap<string, string> = new Map([...FORMATS].map(([kind, format]) => [format, kind]));

export function reasoningFormat(kind: string): string {
  return FORMATS.get(kind) ?? kind;
}

export function reasoningProvider(format: string): string {
  return KINDS.get(format) ?? format;
}
