/** Text, images and files → content blocks. What cannot be sent at all is an error: content never vanishes. */
import { isUtf8 } from "node:buffer";
import type { FilePart, ImagePart, JsonObject, MediaSource, ResultContent } from "../../core/chat";
import { GraftError } from "../../core/errors";
import { type Block, cacheControl, isBlank } from "./block";

const IMAGE_TYPES: ReadonlySet<string> = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"]);
const DOCUMENT_FIELDS = ["citations", "context", "title"] as const;
const TEXT_TYPES = /^(?:text\/|application\/(?:json|xml|yaml|x-yaml|toml|javascript|x-ndjson|sql|x-sh)$)|\+(?:json|xml|yaml)$/;
const TYPE_BY_ENDING: Readonly<Record<string, string>> = {
  pdf: "application/pdf",
  txt: "text/plain",
  md: "text/plain",
  csv: "text/csv",
};

/** @returns `undefined` for blank text. @param where the client's path to the part, for errors. */
export function encodeContent(part: ResultContent, where: string, dropped: Set<string>): Block | undefined {
  if (part.type !== "text") reportParameters(part, dropped);
  switch (part.type) {
    case "text":
      reportExtra(part.extra, [], dropped);
      if (!isBlank(part.text)) return { type: "text", text: part.text, ...cacheControl(part.cache, dropped) };
      if (part.cache !== undefined) dropped.add("messages[].content[].cache_control");
      return undefined;
    case "image":
      return encodeImage(part, where, dropped);
    case "file":
      return encodeFile(part, where, dropped);
  }
}

function encodeImage(part: ImagePart, where: string, dropped: Set<string>): Block {
  reportExtra(part.extra, [], dropped);
  if (part.detail !== undefined && part.detail !== "auto") dropped.add("messages[].content[].image_url.detail");
  return { type: "image", source: imageSource(part.source, where), ...cacheControl(part.cache, dropped) };
}

/** Of a data URL. All text is UTF-8 here. */
function reportParameters({ type, source }: ImagePart | FilePart, dropped: Set<string>): void {
  if (source.kind !== "base64" || source.parameters === undefined || /^;charset=utf-?8$/i.test(source.parameters)) return;
  dropped.add(type === "image" ? "messages[].content[].image_url.url" : "messages[].content[].file.file_data");
}

function imageSource(source: MediaSource, where: string): JsonObject {
  if (source.kind !== "base64") return reference(source);
  const mediaType = source.mediaType === "image/jpg" ? "image/jpeg" : source.mediaType;
  if (!IMAGE_TYPES.has(mediaType)) throw unsupported(`images of type ${mediaType}`, where);
  return { type: "base64", media_type: mediaType, data: source.data };
}

function encodeFile(part: FilePart, where: string, dropped: Set<string>): Block | undefined {
  const mediaType = part.source.kind === "base64" ? mediaTypeOf(part.source.mediaType, part.filename) : undefined;
  if (mediaType?.startsWith("image/")) {
    reportExtra(part.extra, [], dropped);
    if (part.filename !== undefined) dropped.add("messages[].content[].file.filename");
    return { type: "image", source: imageSource(part.source, where), ...cacheControl(part.cache, dropped) };
  }
  const source = documentSource(part.source, mediaType, where);
  if (source === undefined) return undefined;
  reportExtra(part.extra, DOCUMENT_FIELDS, dropped);
  const block: Record<string, unknown> & { type: string } = { type: "document", source, ...cacheControl(part.cache, dropped) };
  if (part.filename !== undefined && part.filename !== "") block["title"] = part.filename;
  for (const field of DOCUMENT_FIELDS) if (part.extra?.[field] !== undefined) block[field] = part.extra[field];
  return block;
}

function documentSource(source: MediaSource, mediaType: string | undefined, where: string): JsonObject | undefined {
  if (source.kind !== "base64") return reference(source);
  if (mediaType === "application/pdf") return { type: "base64", media_type: mediaType, data: source.data };
  if (mediaType === undefined || !TEXT_TYPES.test(mediaType)) throw unsupported(`files of type ${mediaType ?? "unknown"}`, where);
  const bytes = Buffer.from(source.data, "base64");
  if (!isUtf8(bytes)) throw unsupported("text files that are not UTF-8", where);
  const text = bytes.toString("utf8");
  return isBlank(text) ? undefined : { type: "text", media_type: "text/plain", data: text };
}

function reference(source: Exclude<MediaSource, { kind: "base64" }>): JsonObject {
  return source.kind === "url" ? { type: "url", url: source.url } : { type: "file", file_id: source.id };
}

function mediaTypeOf(stated: string, filename: string | undefined): string {
  if (stated !== "" && stated !== "application/octet-stream") return stated;
  const ending = filename?.slice(filename.lastIndexOf(".") + 1).toLowerCase() ?? "";
  return (Object.hasOwn(TYPE_BY_ENDING, ending) ? TYPE_BY_ENDING[ending] : undefined) ?? stated;
}

/** Fields of a content part that nobody here knows; `null` and what is empty, which SDKs echo, say nothing. */
export function reportExtra(
  extra: JsonObject | undefined,
  known: readonly string[],
  dropped: Set<string>,
  place = "messages[].content[]",
): void {
  for (const [key, value] of Object.entries(extra ?? {}))
    if (!known.includes(key) && saysSomething(value)) dropped.add(`${place}.${key}`);
}

export function saysSomething(value: unknown): boolean {
  return value !== null && value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);
}

export function unsupported(what: string, param: string): GraftError {
  return new GraftError("unsupported_parameter", `This model's provider (Anthropic) cannot take ${what.slice(0, 100)}.`, {
    param,
  });
}
