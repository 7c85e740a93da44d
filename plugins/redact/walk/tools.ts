/** What the model is told of tools, and of the form its answer shall have. */
import type { ResponseFormat, Tool, ToolChoice } from "../../core/chat";
import { changed, given, mapSame, type Place, type Visitor } from "./visitor";

export const DEFINITIONS: Place = { where: "tool_definitions", role: undefined, origin: "client" };

export function walkTool(tool: Tool, visitor: Visitor): Tool {
  if (tool.kind === "server") return changed(tool, { value: visitor.value(tool.value, DEFINITIONS) });
  const name = visitor.name(tool.name, DEFINITIONS);
  if (tool.kind === "custom") {
    const value = visitor.value(tool.value, DEFINITIONS);
    // Some codecs send the one, some the other.
    return changed(tool, { name, value: name === tool.name ? value : { ...value, name } });
  }
  return changed(tool, {
    name,
    description: given(tool.description, (text) => visitor.text(text, DEFINITIONS)),
    parameters: given(tool.parameters, (schema) => visitor.value(schema, DEFINITIONS)),
    cache: given(tool.cache, (it) => changed(it, { ttl: given(it.ttl, (ttl) => visitor.text(ttl, DEFINITIONS)) })),
    extra: given(tool.extra, (extra) => visitor.value(extra, DEFINITIONS)),
  });
}

export function walkToolChoice(choice: ToolChoice, visitor: Visitor): ToolChoice {
  if (choice.mode === "tool") return changed(choice, { name: visitor.name(choice.name, DEFINITIONS) });
  if (choice.mode !== "allowed") return choice;
  return changed(choice, { names: mapSame(choice.names, (name) => visitor.name(name, DEFINITIONS)) });
}

export function walkFormat(format: ResponseFormat, visitor: Visitor): ResponseFormat {
  if (format.kind !== "json-schema") return format;
  return changed(format, {
    name: visitor.name(format.name, DEFINITIONS),
    description: given(format.description, (text) => visitor.text(text, DEFINITIONS)),
    schema: visitor.value(format.schema, DEFINITIONS),
  });
}
