/** `prices`: what models cost where the table does not know, or knows it wrong. Shared with Kong: records and numbers only. */
import { z } from "zod";
import { MAX_DOLLARS } from "./dollars";

/** Numbers are exact: the decimal that is written counts, not the nearest double. */
function dollars(description: string) {
  return z.number().min(0).max(MAX_DOLLARS).describe(description);
}

const PER_MILLION = "US dollars for a million tokens";

function ratesShape() {
  return {
    input: dollars(`Tokens read, ${PER_MILLION}.`),
    cached_input: dollars(`Tokens read from the provider's prompt cache, ${PER_MILLION}. Default: as \`input\`.`).optional(),
    cache_write: dollars(`Tokens written to the provider's prompt cache, ${PER_MILLION}. Default: as \`input\`.`).optional(),
    cache_write_1h: dollars(`Tokens written to it for an hour, ${PER_MILLION}. Default: as \`cache_write\`.`).optional(),
    audio_input: dollars(`Audio heard, ${PER_MILLION}. Default: as \`input\`.`).optional(),
    image_input: dollars(`Images seen, ${PER_MILLION}. Default: as \`input\`.`).optional(),
    output: dollars(`Tokens written, ${PER_MILLION}.`),
    reasoning: dollars(`Tokens of reasoning, ${PER_MILLION}. Default: as \`output\`.`).optional(),
    audio_output: dollars(`Audio spoken, ${PER_MILLION}. Default: as \`output\`.`).optional(),
    image_output: dollars(`Images made, ${PER_MILLION}. Default: as \`output\`.`).optional(),
  };
}

function factor(description: string) {
  return z.int().min(0).max(1000).optional().describe(`${description} Percent of the prices above, 0 to 1000.`);
}

function overrideSchema() {
  return z
    .strictObject({
      ...ratesShape(),
      long_prompts: z
        .array(
          z.strictObject({
            above: z.int().min(1).max(100_000_000).describe("More input tokens than this."),
            ...ratesShape(),
          }),
        )
        .max(10)
        .default([])
        .describe("Prices for long prompts; they count for all tokens of such a request."),
      per_request: dollars("For each request, US dollars.").default(0),
      per_web_search: dollars("For each web search of the provider, US dollars.").default(0),
      service_tiers: z
        .strictObject({
          flex: factor("`service_tier: flex`. Default: 100."),
          batch: factor("`service_tier: batch`. Default: 100."),
          priority: factor("`service_tier: priority`, and all that have no name here. Default: 200."),
        })
        .prefault({})
        .describe("What slower and faster service costs."),
    })
    .describe("The price of the models this name fits. Replaces the table's as a whole. A model of your own may cost 0.");
}

export function pricesSchema() {
  return z
    .strictObject({
      table_file: z
        .string()
        .min(1)
        .max(4096)
        .optional()
        .describe(
          "A table of public prices to use instead of the one that came with Graft, as `graft prices update` writes it. Relative paths start at the directory of the configuration file.",
        ),
      overrides: z
        .record(z.string(), overrideSchema())
        .default({})
        .describe(
          "Prices by `provider/model`, as providers are named here; one `*` stands for any text: `vllm/*`. A name without `*` wins, then the longest.",
        ),
    })
    .describe("What models cost. Without it: public prices.");
}

export type PricesConfig = z.output<ReturnType<typeof pricesSchema>>;
export type OverrideConfig = PricesConfig["overrides"][string];
