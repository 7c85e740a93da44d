/** One message part → parts of a content. Tool results are not among them: they need the calls they answer. */
import type { FilePart, ImagePart, JsonObject, Part, ToolCallPart, ToolResultPart } from "../../core/chat";
import { isObject, parseJson } from "../../core/read-json";
import { CUSTOM_INPUT } from "./custom-tool";
import { reportExtra } from "./dropped";
import { audioPart, mediaPart } from "./media";
import type { ModelTraits } from "./model-traits";
import type { WirePart } from "./wire";

const PLACE = "messages[].content[]";

/** @returns nothing for what holds nothing, or what Gemini has no part for (then reported). */
export function encodePart(part: Exclude<Part, ToolResultPart>, traits: ModelTraits, dropped: Set<string>): readonly WirePart[] {
  reportPart(part, dropped);
  switch (part.type) {
    case "text":
      return part.text === "" && part.signature === undefined ? [] : [signed({ text: part.text }, part.signature)];
    case "image":
      return [imagePart(part, traits, dropped)];
    case "file":
      return filePart(part);
    case "audio": {
      const audio = audioPart(part);
      if (audio === undefined) dropped.add("messages[].audio");
      return audio === undefined ? [] : [audio];
    }
    case "tool-call":
      return [signed({ functionCall: { id: part.id, name: part.name, args: argumentsOf(part) } }, part.signature)];
    case "refusal":
      return part.text === "" ? [] : [{ text: part.text }];
    case "reasoning":
      if (part.redacted !== undefined) dropped.add("messages[].reasoning_details");
      if (part.text === "") return [];
      // The text of another provider's thoughts still informs; its signature would be refused.
      return [signed({ text: part.text, thought: true }, part.provider === "gemini" ? part.signature : undefined)];
    case "opaque":
      if (part.provider === "gemini") return [part.value];
      dropped.add(`${PLACE}.${part.provider}`);
      return [];
  }
}

/** What may stand on any part and has no place here. */
export function reportPart(part: Part, dropped: Set<string>): void {
  // Gemini caches prefixes by itself; explicit caches are resources of their own.
  if (part.cache !== undefined) dropped.add(`${PLACE}.cache_control`);
  // Beside thoughts stands what their maker tells them apart by.
  if (part.type === "reasoning") reportExtra(part.extra, "messages[].reasoning_details[]", dropped, ["type", "id", "index"]);
  else reportExtra(part.extra, part.type === "tool-call" ? "messages[].tool_calls[]" : PLACE, dropped);
  const parameters = "source" in part && part.source.kind === "base64" ? part.source.parameters : undefined;
  // All text is UTF-8 here.
  if (parameters !== undefined && !/^;charset=utf-?8$/i.test(parameters))
    dropped.add(part.type === "image" ? `${PLACE}.image_url.url` : `${PLACE}.file.file_data`);
}

function signed(part: JsonObject, signature: string | undefined): WirePart {
  return signature === undefined ? part : { ...part, thoughtSignature: signature };
}

const RESOLUTIONS: ReadonlyMap<string, string> = new Map([
  ["low", "MEDIA_RESOLUTION_LOW"],
  ["high", "MEDIA_RESOLUTION_HIGH"],
]);

function imagePart(part: ImagePart, traits: ModelTraits, dropped: Set<string>): WirePart {
  const media = mediaPart(part.source);
  if (part.detail === undefined || part.detail === "auto") return media;
  const level = RESOLUTIONS.get(part.detail);
  if (level !== undefined && traits.gemini3) return { ...media, mediaResolution: { level } };
  dropped.add(`${PLACE}.image_url.detail`);
  return media;
}

/** Media have no name here outside of function results, so it stands before them as text. */
function filePart({ source, filename }: FilePart): readonly WirePart[] {
  const media = mediaPart(source, filename);
  return filename === undefined || filename === "" ? [media] : [{ text: `File ${filename}:` }, media];
}

/** `args` must be an object: what is none (a custom tool's input, broken JSON of a weaker model) keeps its text under one key. */
function argumentsOf(part: ToolCallPart): JsonObject {
  if (part.custom === true) return { [CUSTOM_INPUT]: part.arguments };
  const value = part.arguments.trim() === "" ? {} : parseJson(part.arguments);
  return isObject(value) ? value : { arguments: part.arguments };
}
