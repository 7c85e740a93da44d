/** Tool results → `functionResponse` parts. */
import type { FilePart, ImagePart, JsonObject, ToolResultPart } from "../../core/chat";
import { GraftError } from "../../core/errors";
import { objectAt } from "../../core/read-json";
import { encodePart, reportPart } from "./encode-part";
import { mediaPart } from "./media";
import type { ModelTraits } from "./model-traits";
import type { WirePart } from "./wire";

export interface EncodedResult {
  readonly response: WirePart;
  /** Media that cannot stand inside the response; they follow in a turn of their own, after all results. */
  readonly media: readonly WirePart[];
}

/**
 * @param at index of the message.
 * @param names function name by call id: Gemini wants the name with each result.
 * @throws GraftError `bad_request` when the result answers no call of this conversation and names no function.
 */
export function encodeToolResult(
  part: ToolResultPart,
  at: number,
  names: ReadonlyMap<string, string>,
  traits: ModelTraits,
  dropped: Set<string>,
): EncodedResult {
  const name = names.get(part.callId) ?? part.name;
  if (name === undefined) {
    const id = JSON.stringify(part.callId.slice(0, 64));
    throw new GraftError("bad_request", `No tool call in the conversation has the id ${id}.`, {
      param: `messages[${at}].tool_call_id`,
    });
  }
  const texts: string[] = [];
  const inside: WirePart[] = [];
  const outside: WirePart[] = [];
  reportPart(part, dropped);
  for (const item of part.content) {
    if (item.type === "text") {
      reportPart(item, dropped);
      texts.push(item.text);
    } else if (traits.gemini3 && item.source.kind !== "url") inside.push(mediaInside(item, dropped));
    else outside.push(...encodePart(item, traits, dropped));
  }
  const label = outside.length === 0 ? [] : [{ text: `Output of ${name} (${part.callId}):` }];
  return {
    response: {
      functionResponse: {
        id: part.callId,
        name,
        response: responseOf(part, texts.join("\n"), inside.length + outside.length > 0),
        ...(inside.length === 0 ? {} : { parts: inside }),
      },
    },
    media: [...label, ...outside],
  };
}

/** From Gemini 3 on, for bytes and uploaded files; such a part has a name but takes no resolution. */
function mediaInside(item: ImagePart | FilePart, dropped: Set<string>): WirePart {
  reportPart(item, dropped);
  if (item.type === "image") {
    if (item.detail !== undefined && item.detail !== "auto") dropped.add("messages[].content[].image_url.detail");
    return mediaPart(item.source);
  }
  const media = mediaPart(item.source, item.filename);
  const inline = objectAt(media, "inlineData");
  return inline === undefined || item.filename === undefined ? media : { inlineData: { ...inline, displayName: item.filename } };
}

/**
 * `output` and `error` are the keys the API documents. The text stays text even where it is JSON: parsed, a `$ref` anywhere in it is
 * taken for a reference to the media beside it, and the request is refused.
 */
function responseOf(part: ToolResultPart, text: string, hasMedia: boolean): JsonObject {
  if (part.isError === true) return { error: text };
  return text === "" && hasMedia ? {} : { output: text };
}
