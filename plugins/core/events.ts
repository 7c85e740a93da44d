/**
 * The neutral answer: an ordered stream of events, the same for streamed and whole answers (a whole answer is these events
 * folded into one document).
 *
 * Blocks keep the order the provider gave them. Within one choice `block` counts 0, 1, 2 … in order of first appearance, and
 * every `delta`, `signature`, `annotation` and `block-end` names a block that was started and not yet ended. Text, reasoning,
 * refusal and tool arguments all arrive as `delta.text`, so a plugin that looks at text needs one case only.
 */
import type { GraftError } from "./errors";

export type BlockStart =
  | { readonly kind: "text" }
  | { readonly kind: "refusal" }
  /**
   * `redacted` = encrypted reasoning, complete at once, no deltas. `provider` = codec kind whose signatures these are. `extra` =
   * what must come back with the block beside that (OpenRouter's `id` and `type`); ReasoningPart has the same.
   */
  | {
      readonly kind: "reasoning";
      readonly provider: string;
      readonly redacted?: string;
      readonly extra?: { readonly [key: string]: unknown };
    }
  | {
      readonly kind: "tool-call";
      readonly id: string;
      readonly name: string;
      readonly custom?: boolean;
      readonly signature?: string;
    }
  /** Deltas carry the transcript as `text` and base64 audio as `data`. */
  | { readonly kind: "audio"; readonly id?: string; readonly expiresAt?: number }
  /** Complete at once, no deltas. */
  | { readonly kind: "image"; readonly mediaType: string; readonly data?: string; readonly url?: string }
  /** A block only this provider understands (server tools): complete at once, no deltas. */
  | { readonly kind: "opaque"; readonly provider: string; readonly value: { readonly [key: string]: unknown } };

/** OpenAI's annotation shape; offsets count UTF-16 units in the block's text when known. */
export interface Annotation {
  readonly type: "url_citation" | "file_citation" | "document_citation";
  readonly url?: string;
  readonly title?: string;
  readonly fileId?: string;
  readonly startIndex?: number;
  readonly endIndex?: number;
  readonly citedText?: string;
}

export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly bytes?: readonly number[] | null;
  readonly top?: readonly TokenLogprob[];
}

export type FinishReason = "stop" | "length" | "tool-calls" | "content-filter" | "error" | "other";

/** Token counts. `input` includes cache reads and writes, `output` includes reasoning; absent = the provider did not say. */
export interface Usage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  /** The part of `cacheWrite` that is kept for an hour: Anthropic charges it higher than the usual five minutes. */
  readonly cacheWriteHour?: number;
  readonly reasoning?: number;
  readonly audioInput?: number;
  readonly audioOutput?: number;
  /** Tokens of images and films read and made, parts of `input` and `output`: some models charge them several times higher. */
  readonly imageInput?: number;
  readonly imageOutput?: number;
  /** Searches the provider ran for the answer; charged one by one, not as tokens. */
  readonly webSearches?: number;
  /** How the request was served, in the provider's word (`flex`, `priority`): the price depends on it. */
  readonly serviceTier?: string;
  /** Counted by us because the provider said nothing. */
  readonly estimated?: boolean;
}

export type ChatEvent =
  /** Always first. `id` and `model` are the provider's; `created` in Unix seconds. `extra` = top-level fields such as `system_fingerprint`. */
  | {
      readonly type: "start";
      readonly id: string;
      readonly model: string;
      readonly created?: number;
      readonly extra?: { readonly [key: string]: unknown };
    }
  | { readonly type: "block-start"; readonly choice: number; readonly block: number; readonly start: BlockStart }
  | { readonly type: "delta"; readonly choice: number; readonly block: number; readonly text: string; readonly data?: string }
  /** A signature over the block (Anthropic thinking, Gemini thoughts); the last one wins. */
  | { readonly type: "signature"; readonly choice: number; readonly block: number; readonly signature: string }
  | { readonly type: "annotation"; readonly choice: number; readonly block: number; readonly annotation: Annotation }
  | { readonly type: "block-end"; readonly choice: number; readonly block: number }
  | {
      readonly type: "logprobs";
      readonly choice: number;
      readonly of: "content" | "refusal";
      readonly tokens: readonly TokenLogprob[];
    }
  /** Once per choice. `raw` is the provider's own word. */
  | { readonly type: "finish"; readonly choice: number; readonly reason: FinishReason; readonly raw?: string }
  /** Cumulative: the last one is the truth. */
  | { readonly type: "usage"; readonly usage: Usage }
  /** Ends the stream: nothing follows. */
  | { readonly type: "error"; readonly error: GraftError };
