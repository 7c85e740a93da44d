/** Answers that name their sources. */
import { z } from "zod";
import { type AnswerChoice, defineKind } from "../rule";

const config = z
  .strictObject({
    accept: z
      .enum(["any", "link", "annotation"])
      .default("any")
      .describe("What counts: a link in the text, a citation the provider has marked as such, or either."),
    min: z.int().min(1).max(100).default(1).describe("So many different ones, at least."),
  })
  .describe("For `kind: citation`. Answers of text must name their sources; tool calls and refusals need not.");

const LINK = /\bhttps?:\/\/[^\s<>"'`)\]}]{3,2000}/gi;

export const citation = defineKind({
  name: "citation",
  config,
  on: ["output"],
  roles: [],
  whole: () => true,
  check: () => [],
  create: ({ accept, min }) => ({
    wish: "The last answer named no sources. Answer again, with a link to a source for what you say.",
    answer: ({ choices }) =>
      choices.some((choice) => choice.text.trim() !== "" && count(choice, accept) < min) ? {} : undefined,
  }),
});

function count({ text, citations }: AnswerChoice, accept: "any" | "link" | "annotation"): number {
  const named = new Set<string>();
  if (accept !== "annotation") for (const [link] of text.matchAll(LINK)) named.add(link);
  // One that is marked without a name is still one.
  if (accept !== "link") for (const [at, it] of citations.entries()) named.add(it.url ?? it.fileId ?? it.title ?? String(at));
  return named.size;
}
