/** All that a request says: every text once, in order, with where it comes from. */
import type {
  CacheControl,
  ChatRequest,
  FilePart,
  JsonObject,
  MediaSource,
  Message,
  Part,
  ResultContent,
  Tool,
  ToolChoice,
} from "../core/chat";
import type { Source } from "./rule";
import { mapStrings } from "./string-leaves";

/** @param json JSON text, as tool arguments are */
export type Visit = (text: string, source: Source, json: boolean) => string;

interface Beside {
  readonly cache?: CacheControl;
  readonly extra?: JsonObject;
}

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
  const { toolChoice, reasoning } = request;
  return replaced(request, {
    messages,
    extra,
    ...(toolChoice === undefined ? {} : { toolChoice: mapChoice(toolChoice, visit) }),
    ...(reasoning?.wire === undefined
      ? {}
      : { reasoning: replaced(reasoning, { wire: strings(reasoning.wire, "definitions", visit) }) }),
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
  return mapBeside(kept, source, visit);
}

function mapBeside<T extends Beside>(value: T, source: Source, visit: Visit): T {
  const { cache, extra } = value;
  const kept = extra === undefined ? value : replaced<Beside>(value, { extra: strings(extra, source, visit) });
  if (cache?.extra === undefined) return kept as T;
  return replaced<Beside>(kept, { cache: replaced(cache, { extra: strings(cache.extra, source, visit) }) }) as T;
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
    case "image":
      return replaced(part, { source: mapParameters(part.source, source, visit) });
    case "opaque":
      return replaced(part, { value: mapStrings(part.value, (text) => visit(text, source, false)) });
    default:
      return part;
  }
}

function mapResult(content: ResultContent, visit: Visit): ResultContent {
  const kept = mapBeside(content, "tool", visit);
  if (kept.type === "text") return replaced(kept, { text: visit(kept.text, "tool", false) });
  if (kept.type === "file") return mapFile(kept, "tool", visit);
  return replaced(kept, { source: mapParameters(kept.source, "tool", visit) });
}

/** A data URL may name its file. */
function mapParameters(source: MediaSource, of: Source, visit: Visit): MediaSource {
  if (source.kind !== "base64" || source.parameters === undefined) return source;
  return replaced(source, { parameters: visit(source.parameters, of, false) });
}

const TEXT_TYPE = /^(?:text\/|application\/(?:json|xml|yaml|x-yaml|x-ndjson)\b)/;

function mapFile(part: FilePart, of: Source, visit: Visit): FilePart {
  const filename = part.filename === undefined ? undefined : visit(part.filename, of, false);
  const source = mapParameters(part.source, of, visit);
  const named = replaced(part, { source, ...(filename === undefined ? {} : { filename }) });
  if (source.kind !== "base64" || !TEXT_TYPE.test(source.mediaType)) return named;
  const text = Buffer.from(source.data, "base64").toString("utf8");
  const changed = visit(text, of, false);
  return changed === text ? named : { ...named, source: { ...source, data: Buffer.from(changed).toString("base64") } };
}

function mapTool(tool: Tool, visit: Visit): Tool {
  if (tool.kind === "server") return replaced(tool, { value: strings(tool.value, "definitions", visit) });
  if (tool.kind === "custom")
    return replaced(mapBeside(tool, "definitions", visit), { value: strings(tool.value, "definitions", visit) });
  const description = tool.description === undefined ? undefined : visit(tool.description, "definitions", false);
  const parameters = strings(tool.parameters, "definitions", visit);
  return replaced(mapBeside(tool, "definitions", visit), {
    name: visit(tool.name, "definitions", false),
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
  });
}

/** Names among it are those of tools, which have been visited. */
function mapChoice(choice: ToolChoice, visit: Visit): ToolChoice {
  if (choice.mode !== "tool" && choice.mode !== "allowed") return choice;
  const kept = choice.extra === undefined ? choice : replaced(choice, { extra: strings(choice.extra, "definitions", visit) });
  if (kept.mode === "tool" || kept.references === undefined) return kept;
  return replaced(kept, { references: mapAll(kept.references, (it) => strings(it, "definitions", visit)) });
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
