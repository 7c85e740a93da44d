/** One message and its parts. Signatures and encrypted reasoning are their maker's, byte for byte. */
import type { Message, OpaquePart, Part, ResultContent, Role, ToolResultPart } from "../../core/chat";
import { isBase64, namesMedia, walkSource } from "./media";
import { DEFINITIONS, walkCache } from "./tools";
import { changed, given, mapSame, type Place, type Visitor } from "./visitor";

export function walkMessage(message: Message, visitor: Visitor): Message {
  const { role } = message;
  const place = messagePlace(role);
  if (holdsMedia(message.extra)) visitor.unreadable("file");
  return changed(message, {
    name: given(message.name, (name) => visitor.name(name, place)),
    parts: mapSame(message.parts, (part) => walkPart(part, role, visitor)),
    extra: given(message.extra, (extra) => visitor.value(extra, place)),
  });
}

function messagePlace(role: Role): Place {
  if (role === "tool") return { where: "tool_results", role, origin: "tool" };
  return { where: "messages", role, origin: role === "assistant" ? "model" : "client" };
}

/** A call and its result are found by it: it is the same text in both, so it becomes the same text. */
const IDS: Place = { where: "messages", role: undefined, origin: "model" };

function walkPart(part: Part, role: Role, visitor: Visitor): Part {
  const place = messagePlace(role);
  switch (part.type) {
    case "tool-call": {
      const args: Place = { ...place, where: "tool_arguments" };
      return changed(walkBase(part, args, visitor), {
        id: visitor.text(part.id, IDS),
        name: visitor.name(part.name, DEFINITIONS),
        arguments: part.custom === true ? visitor.text(part.arguments, args) : visitor.json(part.arguments, args),
      });
    }
    case "tool-result":
      return walkResult(part, visitor);
    case "opaque":
      return walkOpaque(part, place, visitor);
    case "reasoning":
      return changed(walkBase(part, place, visitor), {
        text: visitor.text(part.text, place),
        provider: given(part.provider, (name) => visitor.text(name, place)),
      });
    case "refusal":
      return changed(walkBase(part, place, visitor), { text: visitor.text(part.text, place) });
    case "audio":
      // By `id` it is the model's own, which the provider has.
      if (part.data !== undefined) visitor.unreadable("audio");
      return changed(walkBase(part, place, visitor), {
        data: given(part.data, (data) => (isBase64(data) ? data : visitor.text(data, place))),
        format: given(part.format, (format) => visitor.text(format, place)),
        id: given(part.id, (id) => visitor.text(id, place)),
      });
    default:
      return walkContent(part, place, visitor);
  }
}

function walkResult(part: ToolResultPart, visitor: Visitor): ToolResultPart {
  const place = messagePlace("tool");
  return changed(walkBase(part, place, visitor), {
    callId: visitor.text(part.callId, IDS),
    name: given(part.name, (name) => visitor.name(name, DEFINITIONS)),
    content: mapSame(part.content, (item) => walkResultContent(item, place, visitor)),
  });
}

/** Mostly JSON, which must stay JSON. */
function walkResultContent(part: ResultContent, place: Place, visitor: Visitor): ResultContent {
  if (part.type !== "text") return walkContent(part, place, visitor);
  return changed(walkBase(part, place, visitor), { text: visitor.json(part.text, place) });
}

function walkContent(part: ResultContent, place: Place, visitor: Visitor): ResultContent {
  const base = walkBase(part, place, visitor);
  if (base.type === "text") return changed(base, { text: visitor.text(base.text, place) });
  const files: Place = { ...place, where: "files" };
  const source = walkSource(base.source, base.type, files, visitor);
  if (base.type === "image") return changed(base, { source, detail: given(base.detail, (it) => visitor.text(it, place)) });
  return changed(base, { source, filename: given(base.filename, (name) => visitor.text(name, files)) });
}

function walkOpaque(part: OpaquePart, place: Place, visitor: Visitor): OpaquePart {
  if (holdsMedia(part.value)) visitor.unreadable("file");
  return changed(walkBase(part, place, visitor), {
    provider: visitor.text(part.provider, place),
    value: visitor.value(part.value, place),
  });
}

function walkBase<T extends Part>(part: T, place: Place, visitor: Visitor): T {
  const { cache, extra } = part;
  if (cache === undefined && extra === undefined) return part;
  if (holdsMedia(extra)) visitor.unreadable("file");
  return changed<Part>(part, {
    cache: given(cache, (it) => walkCache(it, place, visitor)),
    extra: given(extra, (it) => visitor.value(it, place)),
  }) as T;
}

/** A part nobody here knows may hold a film, a document or the like, or refer to one: known by the names of its members. */
function holdsMedia(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsMedia);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, it]) => namesMedia(name) || holdsMedia(it));
}
