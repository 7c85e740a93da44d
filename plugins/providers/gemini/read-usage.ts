import type { JsonObject } from "../../core/chat";
import { compact } from "../../core/compact";
import type { Usage } from "../../core/events";
import { arrayAt, isObject, numberAt, stringAt } from "../../core/read-json";

/**
 * `promptTokenCount` includes cached tokens but not what Google's own tools read for the model (`toolUsePromptTokenCount`: pages,
 * search results, code output), which is billed as input; `candidatesTokenCount` does not include thoughts.
 * @returns `undefined` for metadata without counts: Vertex sends such before the last stream event.
 */
export function readUsage(metadata: JsonObject): Usage | undefined {
  const prompt = numberAt(metadata, "promptTokenCount");
  const candidates = numberAt(metadata, "candidatesTokenCount");
  const thoughts = numberAt(metadata, "thoughtsTokenCount");
  if (prompt === undefined && candidates === undefined && thoughts === undefined) return undefined;
  return compact({
    input: (prompt ?? 0) + (numberAt(metadata, "toolUsePromptTokenCount") ?? 0),
    output: (candidates ?? 0) + (thoughts ?? 0),
    cacheRead: numberAt(metadata, "cachedContentTokenCount"),
    reasoning: thoughts,
    audioInput: audioTokens(metadata, "promptTokensDetails"),
    audioOutput: audioTokens(metadata, "candidatesTokensDetails"),
  });
}

function audioTokens(metadata: JsonObject, key: string): number | undefined {
  for (const detail of arrayAt(metadata, key)) {
    if (isObject(detail) && stringAt(detail, "modality") === "AUDIO") return numberAt(detail, "tokenCount");
  }
  return undefined;
}
