/** OpenAI's annotation entries → neutral annotations. */
import type { JsonObject } from "../../core/chat";
import { compact } from "../../core/compact";
import type { Annotation } from "../../core/events";
import { numberAt, objectAt, stringAt } from "../../core/read-json";

const TYPES: readonly Annotation["type"][] = ["url_citation", "file_citation", "document_citation"];

/** @param base where the annotated block begins in the text that the provider's offsets count. */
export function readAnnotation(value: JsonObject, base: number): Annotation | undefined {
  const type = TYPES.find((known) => known === stringAt(value, "type"));
  if (type === undefined) return undefined;
  const inner = objectAt(value, type) ?? value;
  const offset = (key: string): number | undefined => {
    const found = numberAt(inner, key);
    return found === undefined ? undefined : Math.max(0, found - base);
  };
  return compact({
    type,
    url: stringAt(inner, "url"),
    title: stringAt(inner, "title"),
    fileId: stringAt(inner, "file_id"),
    startIndex: offset("start_index"),
    endIndex: offset("end_index"),
    // OpenRouter calls the quoted words `content`.
    citedText: stringAt(inner, "cited_text") ?? stringAt(inner, "content"),
  });
}
