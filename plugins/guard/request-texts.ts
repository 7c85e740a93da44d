/** All that a request says: every text once, in order, with where it comes from. */
import type { ChatRequest, FilePart, JsonObject, Message, Part, ResultContent, Tool } from "../core/chat";
import type { Source } from "./rule";
import { mapStrings } from "./string-leaves";

/** @param json JSON text, as tool arguments are */
export type Visit = (text: string, source: Source, json: boolean) => string;

const ROLES: Readonly<Record<Message["role"], Source>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
  tool: "tool",
};

/** @returns the same request where `visit` returned every text as it was */
export function mapTexts(request: ChatRequest, visit: Visit): ChatRequest {
  const messages = mapAll(request.messages, (message) => mapMessage(message, visit));
  const tools = request.tools === undefined ? undefined : mapAll(request.tools, (tool) => mapTool(tool, visit));
  const format = strings(request.responseFormat, "definitions", visit);
  const extra = strings(request.extra, "definitions", visit);
  return replaced(request, {
    messages,
    extra,
    ...(tools === undefined ? {} : { tools }),
    ...(format === undefined ? {} : { responseFormat: format }),
  });
}

/** Texts that a model reads as one although they stand in several parts. */
export function joinedTexts(request: ChatRequest): { readonly text: string; readonly source: Source }[] {
  const joined: { text: string; source: Source }[] = [];
  const add = (parts: readonly Part[], source: Source): void => {
    const texts = parts.flatMap((part) => (part.type === "text" ? [part.text] : []));
    if (texts.length > 1) joined.push({ text: texts.join(""), source });
    for (const part of parts) if (part.type === "tool-result") add(part.content, "tool");
  };
  for (const { role, parts } of request.messages) add(parts, ROLES[role]);
  return joined;
}

function mapMessage(message: Message, visit: Visit): Message {
  const source = ROLES[message.role];
  const parts = mapAll(message.parts, (part) => mapPart(part, source, visit));
  const name = message.name === undefined ? undefined : visit(message.name, source, false);
  const extra = strings(message.extra, source, visit);
  return replaced(message, { parts, ...(name === undefined ? {} : { name }), ...(extra === undefined ? {} : { extra }) });
}

function mapPart(part: Part, source: Source, visit: Visit): Part {
  const kept = mapContent(part, source, visit);
  if (kept.extra === undefined) return kept;
  return replaced(kept, { extra: strings(kept.extra, source, visit) });
}

function mapContent(part: Part, source: Source, visit: Visit): Part {
  switch (part.type) {
    case "text":
    case "refusal":
      return replaced(part, { text: visit(part.text, source, false) });
    case "reasoning": {
      const text = visit(part.text, source, false);
      if (text === part.text) return part;
      // Signed were other words.
      const { signature: _, ...unsigned } = part;
      return { ...unsigned, text };
    }
    case "tool-call":
      return replaced(part, {
        name: visit(part.name, "assistant", false),
        arguments: visit(part.arguments, "assistant", part.custom !== true),
      });
    case "tool-result":
      return replaced(part, { content: mapAll(part.content, (content) => mapResult(content, visit)) });
    case "file":
      return mapFile(part, source, visit);
    case "opaque":
      return replaced(part, { value: mapStrings(part.value, (text) => visit(text, source, false)) });
    default:
      return part;
  }
}

function mapResult(content: ResultContent, visit: Visit): ResultContent {
  if (content.type === "text") return replaced(content, { text: visit(content.text, "tool", false) });
  return content.type === "file" ? mapFile(content, "tool", visit) : content;
}

const TEXT_TYPE = /^(?:text\/|application\/(?:json|xml|yaml|x-yaml|x-ndjson)\b)/;

function mapFile(part: FilePart, of: Source, visit: Visit): FilePart {
  const filename = part.filename === undefined ? undefined : visit(part.filename, of, false);
  const named = replaced(part, filename === undefined ? {} : { filename });
  const { source } = part;
  if (source.kind !== "base64" || !TEXT_TYPE.test(source.mediaType)) return named;
  const text = Buffer.from(source.data, "base64").toString("utf8");
  const changed = visit(text, of, false);
  return changed === text ? named : { ...named, source: { ...source, data: Buffer.from(changed).toString("base64") } };
}

function mapTool(tool: Tool, visit: Visit): Tool {
  if (tool.kind !== "function") return replaced(tool, { value: strings(tool.value, "definitions", visit) });
  const description = tool.description === undefined ? undefined : visit(tool.description, "definitions", false);
  const parameters = strings(tool.parameters, "definitions", visit);
  return replaced(tool, {
    name: visit(tool.name, "definitions", false),
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
  });
}

function strings<T extends JsonObject | ChatRequest["responseFormat"]>(value: T, source: Source, visit: Visit): T {
  return value === undefined ? value : mapStrings(value, (text) => visit(text, source, false));
}

function mapAll<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  const changed = items.map(change);
  return changed.some((item, at) => item !== items[at]) ? changed : items;
}

function replaced<T extends object>(value: T, fields: Partial<T>): T {
  for (const key of Object.keys(fields) as (keyof T)[]) if (fields[key] !== value[key]) return { ...value, ...fields };
  return value;
}
