/** Content parts of a message → neutral parts. */
import type {
  AudioPart,
  CacheControl,
  FilePart,
  ImagePart,
  JsonObject,
  MediaSource,
  Part,
  RefusalPart,
  TextPart,
} from "../../core/chat";
import { compact } from "../../core/compact";
import {
  below,
  field,
  objectList,
  optionalObject,
  optionalString,
  requiredObject,
  requiredString,
  unknownAround,
  unknownMembers,
  wrongType,
  wrongValue,
} from "./check";

/** A part type nobody here knows (`video_url` …) goes, as it came, to providers that speak this dialect, and nowhere else. */
export const FOREIGN_PART = "openai-chat";

/** `content` as text or as a list of parts; absent = none. */
export function decodeContent(message: JsonObject, path: string): Part[] {
  const content = field(message, "content");
  if (content === undefined) return [];
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (!Array.isArray(content)) throw wrongType(below(path, "content"), "one of a string or array of objects", content);
  return objectList(message, "content", path).map(([part, at]) => decodePart(part, at));
}

function decodePart(part: JsonObject, path: string): Part {
  const type = requiredString(part, "type", path);
  const decode = DECODERS.get(type);
  return decode === undefined ? { type: "opaque", provider: FOREIGN_PART, value: part } : decode(part, path);
}

const DECODERS = new Map<string, (part: JsonObject, path: string) => Part>([
  ["text", decodeText],
  ["image_url", decodeImage],
  ["input_audio", decodeAudio],
  ["file", decodeFile],
  ["refusal", decodeRefusal],
]);

const TEXT = new Set(["type", "text", "cache_control"]);

function decodeText(part: JsonObject, path: string): TextPart {
  return compact({
    type: "text" as const,
    text: requiredString(part, "text", path),
    cache: decodeCache(part, path),
    extra: unknownMembers(part, TEXT, path),
  });
}

const MARK = ["cache_control"];
const IMAGE = new Set(["url", "detail"]);
const BARE = new Set(["type", "image_url", ...MARK]);

export function decodeImage(part: JsonObject, path: string): ImagePart {
  const at = below(path, "image_url");
  // Undocumented, but OpenAI takes a bare URL, and LangChain sends it.
  const bare = field(part, "image_url");
  const image = typeof bare === "string" ? { url: bare } : requiredObject(part, "image_url", path);
  return compact({
    type: "image" as const,
    source: mediaSource(requiredString(image, "url", at)),
    detail: optionalString(image, "detail", at),
    cache: decodeCache(part, path),
    extra: typeof bare === "string" ? unknownMembers(part, BARE, path) : unknownAround(part, "image_url", IMAGE, path, MARK),
  });
}

const AUDIO = new Set(["data", "format"]);

function decodeAudio(part: JsonObject, path: string): AudioPart {
  const at = below(path, "input_audio");
  const audio = requiredObject(part, "input_audio", path);
  return compact({
    type: "audio" as const,
    data: requiredString(audio, "data", at),
    format: requiredString(audio, "format", at),
    cache: decodeCache(part, path),
    extra: unknownAround(part, "input_audio", AUDIO, path, MARK),
  });
}

const FILE = new Set(["file_id", "file_data", "filename"]);
/** Beside an id the data is not read. */
const FILE_BY_ID = new Set(["file_id", "filename"]);

function decodeFile(part: JsonObject, path: string): FilePart {
  const at = below(path, "file");
  const file = requiredObject(part, "file", path);
  const id = optionalString(file, "file_id", at);
  return compact({
    type: "file" as const,
    source: id === undefined ? fileData(requiredString(file, "file_data", at)) : ({ kind: "file-id", id } as const),
    filename: optionalString(file, "filename", at),
    cache: decodeCache(part, path),
    extra: unknownAround(
      part,
      "file",
      id === undefined || field(file, "file_data") === undefined ? FILE : FILE_BY_ID,
      path,
      MARK,
    ),
  });
}

/** OpenAI documents data URLs, but its own examples also send bare base64, and PDF was the only type it took so. */
function fileData(text: string): MediaSource {
  const hasScheme = text.startsWith("data:") || text.startsWith("http://") || text.startsWith("https://");
  return hasScheme ? mediaSource(text) : { kind: "base64", mediaType: "application/pdf", data: text };
}

/** No regular expression: the text may be megabytes. */
function mediaSource(url: string): MediaSource {
  const comma = url.startsWith("data:") ? url.indexOf(",") : -1;
  if (comma === -1 || comma > 200) return { kind: "url", url };
  const [mediaType, ...parameters] = url.slice("data:".length, comma).split(";");
  if (!mediaType || parameters.pop()?.toLowerCase() !== "base64") return { kind: "url", url };
  const source = { kind: "base64", mediaType: mediaType.toLowerCase(), data: url.slice(comma + 1) } as const;
  return parameters.length === 0 ? source : { ...source, parameters: `;${parameters.join(";")}` };
}

const REFUSAL = new Set(["type", "refusal", ...MARK]);

function decodeRefusal(part: JsonObject, path: string): RefusalPart {
  return compact({
    type: "refusal" as const,
    text: requiredString(part, "refusal", path),
    cache: decodeCache(part, path),
    extra: unknownMembers(part, REFUSAL, path),
  });
}

const CACHE = new Set(["type", "ttl"]);

/** Anthropic's cache mark, which chat clients may put on parts, messages and tools. */
export function decodeCache(value: JsonObject, path: string): CacheControl | undefined {
  const cache = optionalObject(value, "cache_control", path);
  if (cache === undefined) return undefined;
  const at = below(path, "cache_control");
  const type = requiredString(cache, "type", at);
  if (type !== "ephemeral") throw wrongValue(below(at, "type"), type, ["ephemeral"]);
  return compact({
    type: "ephemeral" as const,
    ttl: optionalString(cache, "ttl", at),
    extra: unknownMembers(cache, CACHE, at),
  });
}
