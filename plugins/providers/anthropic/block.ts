import type { CacheControl } from "../../core/chat";

/** A content block of the Messages API, as it goes on the wire. */
export interface Block {
  readonly type: string;
  readonly [key: string]: unknown;
}

export interface Turn {
  readonly role: "user" | "assistant" | "system";
  readonly content: readonly Block[];
}

export function cacheControl(cache: CacheControl | undefined, dropped: Set<string>): { readonly cache_control?: CacheControl } {
  if (cache === undefined) return {};
  const { extra, ...known } = cache;
  for (const key of Object.keys(extra ?? {})) dropped.add(`cache_control.${key}`);
  return { cache_control: known };
}

/** Anthropic refuses text blocks without a visible character. */
export function isBlank(text: string): boolean {
  return text.trim() === "";
}

export function isThinking(block: Block | undefined): boolean {
  return block?.type === "thinking" || block?.type === "redacted_thinking";
}
