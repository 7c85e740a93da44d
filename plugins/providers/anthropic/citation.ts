/** Anthropic citations → annotations. They cite with the whole text block, so there are no offsets. */
import type { JsonObject } from "../../core/chat";
import { compact } from "../../core/compact";
import type { Annotation } from "../../core/events";
import { stringAt } from "../../core/read-json";

/** @returns `undefined` for citation types nobody here knows. */
export function annotationOf(citation: JsonObject): Annotation | undefined {
  const citedText = stringAt(citation, "cited_text");
  const title = stringAt(citation, "document_title") ?? stringAt(citation, "title");
  switch (stringAt(citation, "type")) {
    case "web_search_result_location":
      return compact({ type: "url_citation" as const, url: stringAt(citation, "url"), title, citedText });
    case "search_result_location":
      return compact({ type: "document_citation" as const, url: stringAt(citation, "source"), title, citedText });
    case "char_location":
    case "page_location":
    case "content_block_location":
      return compact({ type: "document_citation" as const, fileId: stringAt(citation, "file_id"), title, citedText });
    default:
      return undefined;
  }
}
