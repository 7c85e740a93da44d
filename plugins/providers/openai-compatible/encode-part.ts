/** One neutral content part → chat completions content part. */
import type { CacheControl, FilePart, JsonObject, MediaSource, Part, TextPart } from "../../core/chat";
import { isObject } from "../../core/read-json";

export interface PartContext {
  /** See OpenaiCompatibleOptions.extensions. */
  readonly extensions: boolean;
  readonly dropped: Set<string>;
}

/** What these servers speak; also the name under which that dialect keeps parts nobody knows. */
export const DIALECT = "openai-chat";

/** A part that may stand as a bare string. */
export function isPlainText(part: Part, { extensions }: PartContext): part is TextPart {
  return part.type === "text" && part.extra === undefined && (part.cache === undefined || !extensions);
}

/** `undefined` for a part that has no place in a content list. */
export function encodePart(part: Part, context: PartContext): JsonObject | undefined {
  const cache = encodeCache(part.cache, context, "messages[].content[].cache_control");
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text, ...cache, ...part.extra };
    case "image":
      // There is no image by file id in this API; its file part takes ids.
      if (part.source.kind === "file-id") return withInner("file", { file_id: part.source.id }, cache, part.extra);
      return withInner("image_url", { url: urlOf(part.source), detail: part.detail }, cache, part.extra);
    case "audio":
      return withInner("input_audio", { data: part.data ?? "", format: part.format ?? "wav" }, cache, part.extra);
    case "file":
      return withInner("file", { ...fileOf(part), filename: part.filename }, cache, part.extra);
    case "refusal":
      return { type: "refusal", refusal: part.text, ...cache, ...part.extra };
    case "opaque":
      if (part.provider === DIALECT) return part.value;
      context.dropped.add("messages[].content[]");
      return undefined;
    default:
      context.dropped.add("messages[].content[]");
      return undefined;
  }
}

/** The inner object, with the members that were unknown inside it (`extra[inner]`) and beside it. */
export function withInner(type: string, inner: JsonObject, cache: JsonObject = {}, extra: JsonObject = {}): JsonObject {
  const { [type]: unknownInside, ...beside } = extra;
  return { type, [type]: { ...inner, ...(isObject(unknownInside) ? unknownInside : {}) }, ...cache, ...beside };
}

function fileOf({ source }: FilePart): JsonObject {
  return source.kind === "file-id" ? { file_id: source.id } : { file_data: urlOf(source) };
}

function urlOf(source: Exclude<MediaSource, { kind: "file-id" }>): string {
  return source.kind === "url" ? source.url : `data:${source.mediaType}${source.parameters ?? ""};base64,${source.data}`;
}

export function encodeCache(cache: CacheControl | undefined, { extensions, dropped }: PartContext, name: string): JsonObject {
  if (cache === undefined) return {};
  const { extra, ...known } = cache;
  if (extensions) return { cache_control: { ...known, ...extra } };
  dropped.add(name);
  return {};
}
