/** What the model is told of tools, and of the form its answer shall have. */
import type { CacheControl, JsonObject, ResponseFormat, Tool, ToolChoice } from "../../core/chat";
import { changed, given, mapSame, type Place, type Visitor } from "./visitor";

export const DEFINITIONS: Place = { where: "tool_definitions", role: undefined, origin: "client" };

export function walkTool(tool: Tool, visitor: Visitor): Tool {
  if (tool.kind === "server") return changed(tool, { value: visitor.value(tool.value, DEFINITIONS) });
  const name = visitor.name(tool.name, DEFINITIONS);
  if (tool.kind === "custom") {
    const value = visitor.value(tool.value, DEFINITIONS);
    // Some codecs send the one, some the other.
    return changed(tool, { name, value: name === tool.name ? value : { ...value, name }, ...walkBeside(tool, visitor) });
  }
  return changed(tool, {
    name,
    description: given(tool.description, (text) => visitor.text(text, DEFINITIONS)),
    parameters: given(tool.parameters, (schema) => visitor.value(schema, DEFINITIONS)),
    ...walkBeside(tool, visitor),
  });
}

interface Beside {
  readonly cache?: CacheControl | undefined;
  readonly extra?: JsonObject | undefined;
}

function walkBeside({ cache, extra }: Beside, visitor: Visitor): Beside {
  return {
    cache: given(cache, (it) => walkCache(it, DEFINITIONS, visitor)),
    extra: walkExtra(extra, visitor),
  };
}

export function walkCache(cache: CacheControl, place: Place, visitor: Visitor): CacheControl {
  return changed(cache, {
    ttl: given(cache.ttl, (ttl) => visitor.text(ttl, place)),
    extra: given(cache.extra, (extra) => visitor.value(extra, place)),
  });
}

function walkExtra(extra: JsonObject | undefined, visitor: Visitor): JsonObject | undefined {
  return given(extra, (it) => visitor.value(it, DEFINITIONS));
}

export function walkToolChoice(choice: ToolChoice, visitor: Visitor): ToolChoice {
  if (choice.mode === "tool") {
    const name = visitor.name(choice.name, DEFINITIONS);
    return changed(choice, { name, extra: walkExtra(choice.extra, visitor) });
  }
  if (choice.mode !== "allowed") return choice;
  return changed(choice, {
    names: mapSame(choice.names, (name) => visitor.name(name, DEFINITIONS)),
    references: given(choice.references, (all) => mapSame(all, (it) => visitor.value(it, DEFINITIONS))),
    extra: walkExtra(choice.extra, visitor),
  });
}

export function walkFormat(format: ResponseFormat, visitor: Visitor): ResponseFormat {
  if (format.kind !== "json-schema") return changed(format, { extra: walkExtra(format.extra, visitor) });
  return changed(format, {
    name: visitor.name(format.name, DEFINITIONS),
    description: given(format.description, (text) => visitor.text(text, DEFINITIONS)),
    schema: visitor.value(format.schema, DEFINITIONS),
    extra: walkExtra(format.extra, visitor),
  });
}
