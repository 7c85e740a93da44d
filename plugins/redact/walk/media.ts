/** Images and files. What is text in them is read, whatever it is called; nothing else can be. */
import { isUtf8 } from "node:buffer";
import type { MediaSource } from "../../core/chat";
import type { Place, Visitor } from "./visitor";
import { changed, given } from "./visitor";

/** @param part what it is where it cannot be read */
export function walkSource(source: MediaSource, part: "image" | "file", place: Place, visitor: Visitor): MediaSource {
  switch (source.kind) {
    case "base64":
      return walkBytes(source, part, place, visitor);
    case "file-id":
      visitor.unreadable(part);
      return changed(source, { id: visitor.text(source.id, place) });
    case "url":
      return changed(source, { url: walkUrl(source.url, part, place, visitor) });
  }
}

type Bytes = Extract<MediaSource, { kind: "base64" }>;

function walkBytes(source: Bytes, part: string, place: Place, visitor: Visitor): Bytes {
  return changed(source, {
    mediaType: visitor.text(source.mediaType, place),
    parameters: given(source.parameters, (it) => visitor.text(it, place)),
    data: walkBase64(source.data, part, place, visitor),
  });
}

const MEDIA_NAME = /(?:^|_)(?:images?|video|audio|file|file_id|document|source|data)$|_url$/i;

/** Of members that hold a picture, a film, a document or the like, or refer to one. */
export function namesMedia(name: string): boolean {
  return MEDIA_NAME.test(name);
}

/** What else stands where base64 is expected goes out as it is. */
export function isBase64(data: string): boolean {
  return /^[A-Za-z0-9+/_\r\n-]*={0,2}\s*$/.test(data);
}

function walkBase64(data: string, part: string, place: Place, visitor: Visitor): string {
  if (!isBase64(data)) {
    visitor.unreadable(part);
    return visitor.text(data, place);
  }
  const text = textOf(Buffer.from(data, "base64"));
  if (text === undefined) {
    visitor.unreadable(part);
    return data;
  }
  const made = visitor.text(text, place);
  return made === text ? data : Buffer.from(made).toString("base64");
}

/** `undefined`: not text. A PDF may be ASCII from end to end, what it says compressed or not. */
function textOf(bytes: Buffer): string | undefined {
  if (bytes.includes(0) || bytes.subarray(0, 1024).includes("%PDF-") || !isUtf8(bytes)) return undefined;
  return bytes.toString("utf8");
}

/** Data URLs hold what they stand for, in base64 or behind percent signs; what another URL leads to nobody here can see. */
function walkUrl(url: string, part: string, place: Place, visitor: Visitor): string {
  const comma = /^\s*data:/i.test(url) ? url.indexOf(",") : -1;
  const payload = url.slice(comma + 1);
  if (comma === -1) {
    visitor.unreadable(part);
    return visitor.text(url, place);
  }
  const stated = url.slice(0, comma);
  const head = visitor.text(stated, place);
  if (/;\s*base64\b/i.test(stated)) return `${head},${walkBase64(payload, part, place, visitor)}`;
  const text = decodePercent(payload);
  if (text === undefined) visitor.unreadable(part);
  const made = visitor.text(text ?? payload, place);
  return `${head},${made === text ? payload : encodeURIComponent(made)}`;
}

function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
