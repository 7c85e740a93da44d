/** Things nobody shall talk about: by keywords, by what a model says, or by a model where keywords stand. */
import { z } from "zod";
import { text } from "../../config/fields";
import type { Fault } from "../../define-plugin";
import { foldKeyword, KeywordFinder } from "../keyword-finder";
import { type AnswerView, defineKind, type RequestView, SOURCES, type Verdict } from "../rule";
import { saidInAnswer, saidInRequest } from "../said";
import { openClassifier, serviceTargetShape, targetFaults } from "../service-target";

const config = z
  .strictObject({
    keywords: z
      .array(z.string().min(1).max(200))
      .max(10_000)
      .default([])
      .describe(
        "Words and phrases, found as whole words in any language; capitals, accents, widths and unseen characters make no difference.",
      ),
    classifier: z
      .strictObject({
        ...serviceTargetShape(),
        description: text("What the topic is, in words for the model that judges."),
      })
      .optional()
      .describe("A model that decides: of texts in which a keyword stands, or of all where there are no keywords."),
  })
  .describe("For `kind: topic`. Things nobody shall talk about.");

export const topic = defineKind({
  name: "topic",
  config,
  on: ["input", "output"],
  roles: SOURCES,
  whole: ({ classifier }) => classifier !== undefined,
  redacts: ({ keywords }) => keywords.length > 0,
  check({ keywords, classifier }, _rule, policy) {
    const faults: Fault[] = [];
    if (keywords.length === 0 && classifier === undefined)
      faults.push({ path: [], message: "write `keywords` or `classifier`: it would never fire" });
    for (const [index, keyword] of keywords.entries())
      if (foldKeyword(keyword) === "") faults.push({ path: ["keywords", index], message: "holds nothing that could be read" });
    if (classifier === undefined) return faults;
    return [...faults, ...targetFaults(classifier, policy).map((it) => ({ ...it, path: ["classifier", ...it.path] }))];
  },
  create({ keywords, classifier }, { rule, services, policy }) {
    const wish = "The last answer touched a topic that is not allowed here. Answer again without it.";
    const finders = keywords.length === 0 ? undefined : [new KeywordFinder(keywords)];
    if (classifier === undefined) return { wish, ...(finders === undefined ? {} : { finders }) };
    const judge = openClassifier(classifier, classifier.description, `guard:${rule.name}`, services, policy);
    const judged = async (exchange: RequestView["exchange"], said: string): Promise<Verdict | undefined> => {
      if (said === "" || (finders !== undefined && !finders.some((finder) => holds(finder, said)))) return undefined;
      return (await judge.violates(exchange, said)) ? { ...(finders === undefined ? {} : { finders }) } : undefined;
    };
    return {
      wish,
      remote: true,
      request: (view: RequestView) => judged(view.exchange, saidInRequest(view)),
      answer: (view: AnswerView) => judged(view.exchange, saidInAnswer(view)),
    };
  },
});

function holds(finder: KeywordFinder, text: string): boolean {
  for (const _ of finder.find(text, 0)) return true;
  return false;
}
