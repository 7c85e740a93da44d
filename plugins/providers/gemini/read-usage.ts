import type { JsonObject } from "../../core/chat";
import { compact } from "../../core/compact";
import type { Usage } from "../../core/events";
import { arrayAt, isObject, numberAt, stringAt } from "../../core/read-json";
import { tierWord } from "../shared/tier-word";
import { traitsOf } from "./model-traits";

/** Far above what one answer searches for; each is kept until the answer ends. */
const MAX_QUERIES = 1000;

/** Usage of one answer; what later responses of a stream leave out keeps its value. */
export class UsageReader {
  readonly #billsQueries: boolean;
  readonly #queries = new Set<string>();
  #counts: Usage | undefined;
  #serviceTier: string | undefined;

  /** @param model as asked for: Gemini 3 and later bill each query, earlier ones a request that searched. */
  constructor(model: string) {
    this.#billsQueries = traitsOf(model).gemini3;
  }

  /** @param metadata `usageMetadata`; Vertex AI sends some without counts before the last stream event, and the tier in other words. */
  readCounts(metadata: JsonObject): void {
    this.#counts = countsOf(metadata) ?? this.#counts;
    this.#serviceTier = tierWord(metadata, "serviceTier") ?? tierWord(metadata, "trafficType") ?? this.#serviceTier;
  }

  /** @param grounding `groundingMetadata`; "we ignore the empty web search queries when counting unique queries". */
  readSearches(grounding: JsonObject): void {
    for (const query of arrayAt(grounding, "webSearchQueries"))
      if (typeof query === "string" && query !== "" && this.#queries.size < MAX_QUERIES) this.#queries.add(query);
  }

  /** So far; `undefined` while nothing was counted. */
  get total(): Usage | undefined {
    if (this.#counts === undefined) return undefined;
    const searches = this.#billsQueries ? this.#queries.size : Math.min(this.#queries.size, 1);
    return compact({ ...this.#counts, webSearches: searches === 0 ? undefined : searches, serviceTier: this.#serviceTier });
  }
}

/**
 * `promptTokenCount` includes cached tokens but not what Google's own tools read for the model (`toolUsePromptTokenCount`: pages,
 * search results, code output), which is billed as input; `candidatesTokenCount` does not include thoughts.
 */
function countsOf(metadata: JsonObject): Usage | undefined {
  const prompt = numberAt(metadata, "promptTokenCount");
  const candidates = numberAt(metadata, "candidatesTokenCount");
  const thoughts = numberAt(metadata, "thoughtsTokenCount");
  if (prompt === undefined && candidates === undefined && thoughts === undefined) return undefined;
  const read = [...arrayAt(metadata, "promptTokensDetails"), ...arrayAt(metadata, "toolUsePromptTokensDetails")];
  const said = arrayAt(metadata, "candidatesTokensDetails");
  return compact({
    input: (prompt ?? 0) + (numberAt(metadata, "toolUsePromptTokenCount") ?? 0),
    output: (candidates ?? 0) + (thoughts ?? 0),
    cacheRead: numberAt(metadata, "cachedContentTokenCount"),
    reasoning: thoughts,
    audioInput: tokensOf(read, AUDIO),
    audioOutput: tokensOf(said, AUDIO),
    imageInput: tokensOf(read, PICTURES),
    imageOutput: tokensOf(said, PICTURES),
  });
}

const AUDIO = ["AUDIO"];
/** Where films have a price of their own, it is in the place of that of images. */
const PICTURES = ["IMAGE", "VIDEO"];

function tokensOf(details: readonly unknown[], modalities: readonly string[]): number | undefined {
  let sum: number | undefined;
  for (const detail of details) {
    if (!isObject(detail) || !modalities.includes(stringAt(detail, "modality") ?? "")) continue;
    const count = numberAt(detail, "tokenCount");
    if (count !== undefined) sum = (sum ?? 0) + count;
  }
  return sum;
}
