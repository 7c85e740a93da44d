/** `groundingMetadata` (search, maps, files) and `citationMetadata` (recited sources) → annotations. */
import type { JsonObject } from "../../core/chat";
import { compact } from "../../core/compact";
import type { Annotation } from "../../core/events";
import { arrayAt, isObject, numberAt, objectAt, stringAt } from "../../core/read-json";

interface Offsets {
  readonly startIndex?: number;
  readonly endIndex?: number;
}

/** @param text the text block the annotations go to. One annotation for each source of each supported passage, or of the answer. */
export function groundingAnnotations(
  chunks: readonly unknown[],
  supports: readonly unknown[],
  text: string,
): readonly Annotation[] {
  const sources = chunks.map((chunk) => (isObject(chunk) ? sourceOf(chunk) : undefined));
  const found: Annotation[] = [];
  const used = new Set<number>();
  const offsets = new ByteOffsets(text);
  for (const support of supports) {
    if (!isObject(support)) continue;
    const segment = objectAt(support, "segment");
    const place = segment === undefined ? {} : offsets.place(segment);
    for (const index of arrayAt(support, "groundingChunkIndices")) {
      const source = typeof index === "number" ? sources[index] : undefined;
      if (source === undefined || typeof index !== "number") continue;
      used.add(index);
      found.push({ ...source, ...place });
    }
  }
  for (const [index, source] of sources.entries()) if (source !== undefined && !used.has(index)) found.push(source);
  return found;
}

/** `citationSources` on the Gemini API, `citations` on Vertex AI. */
export function citationAnnotations(metadata: JsonObject, text: string): readonly Annotation[] {
  const offsets = new ByteOffsets(text);
  return [...arrayAt(metadata, "citationSources"), ...arrayAt(metadata, "citations")].filter(isObject).map((citation) =>
    compact({
      type: "url_citation" as const,
      url: stringAt(citation, "uri"),
      title: stringAt(citation, "title"),
      ...offsets.place(citation),
    }),
  );
}

function sourceOf(chunk: JsonObject): Annotation | undefined {
  const file = objectAt(chunk, "retrievedContext");
  if (file !== undefined) {
    const text = stringAt(file, "text");
    return compact({
      type: "document_citation" as const,
      url: stringAt(file, "uri"),
      title: stringAt(file, "title"),
      citedText: text,
    });
  }
  const page = objectAt(chunk, "web") ?? objectAt(chunk, "maps") ?? objectAt(chunk, "image");
  if (page === undefined) return undefined;
  const url = stringAt(page, "uri") ?? stringAt(page, "sourceUri");
  return compact({ type: "url_citation" as const, url, title: stringAt(page, "title") });
}

/** Google counts UTF-8 bytes, and leaves a start of 0 out; annotations count UTF-16 units. */
class ByteOffsets {
  readonly #text: string;
  readonly #bytes: Buffer;

  constructor(text: string) {
    this.#text = text;
    this.#bytes = Buffer.from(text, "utf8");
  }

  place(segment: JsonObject): Offsets {
    const end = numberAt(segment, "endIndex");
    if (end === undefined) return {};
    const start = numberAt(segment, "startIndex") ?? 0;
    const said = stringAt(segment, "text");
    const cut = this.#bytes.toString("utf8", start, end);
    if (end <= this.#bytes.length && (said === undefined || said === cut)) {
      const from = this.#bytes.toString("utf8", 0, start).length;
      return { startIndex: from, endIndex: from + cut.length };
    }
    // Counted over other parts than this text: the passage itself is the better guide.
    const from = said === undefined || said === "" ? -1 : this.#text.indexOf(said);
    return from === -1 || said === undefined ? {} : { startIndex: from, endIndex: from + said.length };
  }
}
