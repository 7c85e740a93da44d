/**
 * What a web search costs where the table has no price for it, nano-dollars. Read 2026-11-20. That some of them are free each day or
 * month cannot be known here.
 * @param provider id of the table
 */
export function publishedSearchFee(provider: string, model: string): number {
  // https://ai.google.dev/gemini-api/docs/pricing: 14 dollars for 1000 queries, before Gemini 3 it is 35 for 1000 requests that search.
  if (provider === "google" && model.startsWith("gemini")) return /^gemini-[3-9]/.test(model) ? 14_000_000 : 35_000_000;
  // https://platform.claude.com/docs/en/about-claude/pricing, also at resellers.
  return model.includes("claude") ? 10_000_000 : 0;
}
