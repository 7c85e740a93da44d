/** Neutral usage → OpenAI's `usage`. Details the provider did not give are left out, not made zero. */
import type { Usage } from "../../core/events";

export function encodeUsage(usage: Usage): object {
  const input = { cached_tokens: usage.cacheRead, cache_write_tokens: usage.cacheWrite, audio_tokens: usage.audioInput };
  const output = { reasoning_tokens: usage.reasoning, audio_tokens: usage.audioOutput };
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    ...(hasFigure(input) ? { prompt_tokens_details: input } : {}),
    ...(hasFigure(output) ? { completion_tokens_details: output } : {}),
  };
}

function hasFigure(details: { readonly [name: string]: number | undefined }): boolean {
  return Object.values(details).some((count) => count !== undefined);
}
