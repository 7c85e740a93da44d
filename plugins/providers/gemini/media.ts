/** Media sources → `inlineData` and `fileData` parts. */
import type { AudioPart, JsonObject, MediaSource } from "../../core/chat";

const TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    png: "image/png",
    jpg: "image/jpeg",
    jpeg: "image/jpeg",
    webp: "image/webp",
    gif: "image/gif",
    heic: "image/heic",
    heif: "image/heif",
    pdf: "application/pdf",
    json: "application/json",
    txt: "text/plain",
    md: "text/markdown",
    csv: "text/csv",
    html: "text/html",
    xml: "text/xml",
    mp3: "audio/mp3",
    wav: "audio/wav",
    aac: "audio/aac",
    ogg: "audio/ogg",
    flac: "audio/flac",
    aiff: "audio/aiff",
    m4a: "audio/m4a",
    mp4: "video/mp4",
    mov: "video/mov",
    webm: "video/webm",
    mpeg: "video/mpeg",
  }),
);

/**
 * Gemini fetches public URLs itself and takes their type from the answer. A type that is not known is left out: a wrong one
 * (`image/*`, a guess) makes the request fail, a missing one does not. Links of the Files API have no extension, so none either.
 */
export function mediaPart(source: MediaSource, filename?: string): JsonObject {
  if (source.kind === "base64") return { inlineData: { mimeType: exactType(source.mediaType, filename), data: source.data } };
  const uri = source.kind === "url" ? source.url : fileUri(source.id);
  const mimeType = typeByExtension(uri) ?? (filename === undefined ? undefined : typeByExtension(filename));
  return { fileData: mimeType === undefined ? { fileUri: uri } : { mimeType, fileUri: uri } };
}

export function audioPart(part: AudioPart): JsonObject | undefined {
  if (part.data === undefined) return undefined;
  const format = part.format?.toLowerCase() ?? "wav";
  // OpenAI's pcm16 is 24 kHz mono, little endian.
  const mimeType = format === "pcm16" ? "audio/pcm;rate=24000" : (TYPES.get(format) ?? `audio/${format}`);
  return { inlineData: { mimeType, data: part.data } };
}

/** The Files API is addressed by full URI whatever base URL the request itself takes. */
function fileUri(id: string): string {
  return id.startsWith("files/") ? `https://generativelanguage.googleapis.com/v1beta/${id}` : id;
}

function exactType(mediaType: string, filename: string | undefined): string {
  if (mediaType === "image/jpg") return "image/jpeg";
  if (mediaType !== "application/octet-stream" || filename === undefined) return mediaType;
  return typeByExtension(filename) ?? mediaType;
}

function typeByExtension(name: string): string | undefined {
  const path = name.split(/[?#]/, 1)[0] ?? "";
  return TYPES.get(path.slice(path.lastIndexOf(".") + 1).toLowerCase());
}
