/** The table of public prices: the data of @pydantic/genai-prices, or a newer file in the same format. */
import type { MatchLogic, ModelInfo, Provider } from "@pydantic/genai-prices";

export type { MatchLogic, ModelInfo, Provider };

export interface PriceTable {
  /** Where it is from: package and version, or a file and its source. */
  readonly origin: string;
  /** The day these prices were published or fetched, `2026-09-23`; unknown of files that do not say. */
  readonly asOf: string | undefined;
  readonly providers: readonly Provider[];
}

/** The package tells neither its version nor its age. Tests hold both to the installed package. */
const PACKAGE = { origin: "@pydantic/genai-prices 0.1.8", asOf: "2026-09-23" };

/** All its providers. The package finds them by id and has no list of them that could be had without waiting. */
const IDS =
  "anthropic arcee avian aws azure baseten cerebras cloudflare cohere cursor deepseek doubleword fireworks github-copilot google groq " +
  "huggingface_cerebras huggingface_fireworks-ai huggingface_groq huggingface_hyperbolic huggingface_nebius huggingface_novita " +
  "huggingface_nscale huggingface_ovhcloud huggingface_publicai huggingface_sambanova huggingface_together minimax mistral modal " +
  "moonshotai novita openai openrouter ovhcloud perplexity quicksilverpro together typesafe voyageai x-ai zai zhipuai";

/** Half a megabyte: read when the first price is asked for. */
const genaiPrices = (): typeof import("@pydantic/genai-prices") => require("@pydantic/genai-prices");

let installed: PriceTable | undefined;

export function installedTable(): PriceTable {
  installed ??= { ...PACKAGE, providers: providersOf(genaiPrices()) };
  return installed;
}

function providersOf({ findProvider }: ReturnType<typeof genaiPrices>): readonly Provider[] {
  return IDS.split(" ").flatMap((providerId) => {
    const provider = findProvider({ providerId });
    return provider?.id === providerId ? [provider] : [];
  });
}
