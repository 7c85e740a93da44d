/** Pieces of an answer that look the same in a whole document and in a chunk. */
import type { Annotation, BlockStart, FinishReason, TokenLogprob } from "../../core/events";
import { reasoningFormat } from "../../core/reasoning-format";

export function encodeFinish(reason: FinishReason, legacyFunctions: boolean): string {
  if (reason === "tool-calls") return legacyFunctions ? "function_call" : "tool_calls";
  return FINISH[reason];
}

/** OpenAI has no word for a failed answer; "error" is OpenRouter's, and the only one that does not pass for success. */
const FINISH: Readonly<Record<Exclude<FinishReason, "tool-calls">, string>> = {
  stop: "stop",
  length: "length",
  "content-filter": "content_filter",
  error: "error",
  other: "stop",
};

/** The provider's own word where ours says less. */
export function nativeFinish(reason: FinishReason, raw: string | undefined): { native_finish_reason?: string } {
  return raw !== undefined && (reason === "other" || reason === "error") ? { native_finish_reason: raw } : {};
}

export interface PlacedAnnotation {
  readonly annotation: Annotation;
  /** Where the annotated block begins and ends in the joined text of the choice. */
  readonly from: number;
  readonly to: number;
}

/** Offsets of an annotation without its own are those of its block: Anthropic cites a block as a whole. */
export function encodeAnnotation({ annotation, from, to }: PlacedAnnotation): object {
  const span = {
    start_index: annotation.startIndex === undefined ? from : from + annotation.startIndex,
    end_index: annotation.endIndex === undefined ? to : from + annotation.endIndex,
  };
  const { type, title, url, citedText } = annotation;
  return { type, [type]: { ...span, title: title ?? url ?? "", url, file_id: annotation.fileId, cited_text: citedText } };
}

export function encodeLogprob({ token, logprob, bytes, top }: TokenLogprob): object {
  return {
    token,
    logprob,
    bytes: bytes ?? null,
    top_logprobs: (top ?? []).map(({ top: _, ...one }) => ({ ...one, bytes: one.bytes ?? null })),
  };
}

type Start<K extends BlockStart["kind"]> = Extract<BlockStart, { kind: K }>;

/** One entry of `reasoning_details`; the client hands it back unchanged. */
export function encodeReasoningDetail(
  start: Start<"reasoning">,
  text: string,
  signature: string | undefined,
  index: number,
): object {
  const format = reasoningFormat(start.provider);
  if (start.redacted !== undefined) return { type: "reasoning.encrypted", data: start.redacted, format, index, ...start.extra };
  const words = start.extra?.["type"] === "reasoning.summary" ? { summary: text } : { text };
  return { type: "reasoning.text", ...words, signature, format, index, ...start.extra };
}

export function encodeImage({ mediaType, data, url }: Start<"image">, index: number): object {
  return { type: "image_url", image_url: { url: url ?? `data:${mediaType};base64,${data ?? ""}` }, index };
}

/** Google's place for Gemini's thought signatures. */
export function thoughtSignature(signature: string): object {
  return { google: { thought_signature: signature } };
}

/** `extra_content` of a message: what only one provider understands, by provider. */
export function encodeExtraContent(opaque: readonly Start<"opaque">[], textSignature: string | undefined): object | undefined {
  if (opaque.length === 0 && textSignature === undefined) return undefined;
  const providers = new Map<string, { blocks: unknown[] }>();
  for (const { provider, value } of opaque) {
    const entry = providers.get(provider) ?? { blocks: [] };
    entry.blocks.push(value);
    providers.set(provider, entry);
  }
  const google = textSignature === undefined ? {} : thoughtSignature(textSignature);
  return { ...Object.fromEntries(providers), ...google };
}

/** Top-level fields of the provider (`system_fingerprint`, `service_tier` …) that do not stand in for our own. */
export function extraMembers(extra: { readonly [key: string]: unknown } | undefined): [string, unknown][] {
  return Object.entries(extra ?? {}).filter(([key, value]) => value !== undefined && !RESERVED.has(key));
}

const RESERVED = new Set(["id", "object", "created", "model", "choices", "usage"]);
