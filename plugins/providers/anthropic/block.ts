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

export function cacheControl(cache: CacheControl | undefined): { readonly cache_control?: CacheControl } {
  return cache === undefined ? {} : { cache_control: cache };
}

/** Anthropic refuses text blocks without a visible character. */
export function isBlank(text: string): boolean {
  return text.trim() === "";
}

export function isThinking(block: Block | undefined): boolean {
  return block?.type === "thinking" || block?.type === "redacted_thinking";
}
