/** Which of OpenAI's encodings a model reads. */

export type EncodingName = "o200k_base" | "cl100k_base";

/** First match wins. OpenAI publishes this table with its tokenizer; newer families all read o200k. */
const PREFIXES: readonly (readonly [string, EncodingName])[] = [
  ["gpt-4o", "o200k_base"],
  ["gpt-4.", "o200k_base"],
  ["chatgpt-4o", "o200k_base"],
  ["gpt-4", "cl100k_base"],
  ["gpt-3.5", "cl100k_base"],
  ["gpt-35", "cl100k_base"],
  ["text-embedding-", "cl100k_base"],
  ["davinci-002", "cl100k_base"],
  ["babbage-002", "cl100k_base"],
];

/** o200k for everything not listed: as a measure it is also the best we have for other vendors' models. @param model bare, lower case */
export function encodingOf(model: string): EncodingName {
  return PREFIXES.find(([prefix]) => model.startsWith(prefix))?.[1] ?? "o200k_base";
}
