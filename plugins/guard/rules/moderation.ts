/** OpenAI's moderation endpoint, or one that speaks as it does. */
import { z } from "zod";
import { text } from "../../config/fields";
import { arrayAt, isObject, numberAt, objectAt, parseJson } from "../../core/read-json";
import { JsonEndpoint } from "../../web-calls/json-endpoint";
import { secret, timeoutMs, urlFaults } from "../fields";
import { type AnswerView, defineKind, type RequestView, type Verdict } from "../rule";
import { saidInAnswer } from "../said";

const config = z
  .strictObject({
    base_url: text("Where the API is; `/moderations` is added.").default("https://api.openai.com/v1"),
    api_key: secret(4096, "Key for the API, sent as bearer token."),
    model: text("Which moderation model is asked.").default("omni-moderation-latest"),
    categories: z
      .array(z.string().min(1).max(100))
      .max(100)
      .default([])
      .describe(
        "Fire for these categories alone, as the service decides: `violence`, `self-harm/intent`. Empty = for what it flags.",
      ),
    thresholds: z
      .record(z.string(), z.number().min(0).max(1))
      .default({})
      .describe(
        "Fire where the score of a category, 0 to 1, is this or more; then what the service flags by itself counts for `categories` only.",
      ),
    timeout_ms: timeoutMs("How long it may take to answer.", 5000),
    allow_link_local: z.boolean().default(false).describe("Let `base_url` lead to a link-local or cloud metadata address."),
  })
  .describe("For `kind: moderation`. A moderation API is asked about all texts of the rule's roles, and about answers.");

export const moderation = defineKind({
  name: "moderation",
  config,
  on: ["input", "output"],
  roles: ["user", "assistant", "tool"],
  whole: () => true,
  check: ({ base_url, allow_link_local }) => urlFaults(base_url, "base_url", allow_link_local),
  create(it, { services }) {
    const endpoint = new JsonEndpoint({
      url: `${it.base_url.replace(/\/+$/, "")}/moderations`,
      timeoutMs: it.timeout_ms,
      allowLinkLocal: it.allow_link_local,
      headers: { authorization: `Bearer ${it.api_key}` },
    });
    const ask = async (texts: readonly string[]): Promise<Verdict | undefined> => {
      if (texts.length === 0) return undefined;
      const post = { now: services.clock.now(), id: services.newId("mod_") };
      const { status, text: body } = await endpoint.post(JSON.stringify({ model: it.model, input: texts }), post);
      if (status !== 200) throw new Error(`status ${status}`);
      const value = parseJson(body);
      const results = isObject(value) ? arrayAt(value, "results") : [];
      if (results.length < texts.length) throw new Error("not every text was judged");
      return results.map((result) => isBad(result, it.categories, it.thresholds)).some(Boolean) ? {} : undefined;
    };
    const written = (texts: readonly string[]) => [...new Set(texts.filter((said) => said.trim() !== ""))];
    return {
      wish: "The last answer was not acceptable. Answer again, so that it harms nobody.",
      remote: true,
      request: ({ texts }: RequestView) => ask(written(texts.map((it) => it.text))),
      answer: (view: AnswerView) => ask(written([saidInAnswer(view)])),
    };
  },
});

/** @throws Error where the service says nothing of what it was asked for: a misspelt category must not pass for a clean one */
function isBad(result: unknown, categories: readonly string[], thresholds: Readonly<Record<string, number>>): boolean {
  if (!isObject(result) || typeof result["flagged"] !== "boolean") throw new Error("no verdict");
  const scored = Object.entries(thresholds);
  if (categories.length === 0 && scored.length === 0) return result["flagged"];
  const flags = objectAt(result, "categories") ?? {};
  const scores = objectAt(result, "category_scores") ?? {};
  const said = categories.map((name) => {
    if (typeof flags[name] !== "boolean") throw new Error("a category is not known there");
    return flags[name];
  });
  const over = scored.map(([name, least]) => {
    const score = numberAt(scores, name);
    if (score === undefined) throw new Error("a category is not known there");
    return score >= least;
  });
  return [...said, ...over].some(Boolean);
}
