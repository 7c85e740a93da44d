/** In which languages may be asked and answered. */
import { z } from "zod";
import type { Fault } from "../../define-plugin";
import { detectLanguage, LANGUAGES } from "../language/detect-language";
import { type AnswerView, defineKind, type RequestView } from "../rule";

const config = z
  .strictObject({
    allow: z
      .array(z.string().min(2).max(2))
      .max(100)
      .default([])
      .describe(
        "Languages that are allowed, in two letters (ISO 639-1): `en`, `de`, `ja`. All others fire the rule, each text by itself.",
      ),
    min_characters: z
      .int()
      .min(10)
      .max(100_000)
      .default(40)
      .describe("Texts with fewer letters are in no language that could be told, and pass; so do code and names."),
  })
  .describe("For `kind: language`. In which languages may be asked and answered. Answers: needs them whole.");

export const language = defineKind({
  name: "language",
  config,
  on: ["input", "output"],
  roles: ["user"],
  whole: () => true,
  check({ allow }) {
    const faults: Fault[] = [];
    if (allow.length === 0) faults.push({ path: [], message: "write `allow`: it would refuse every language" });
    for (const [index, code] of allow.entries())
      if (!LANGUAGES.has(code))
        faults.push({
          path: ["allow", index],
          message: `cannot be told from others; known are ${[...LANGUAGES].sort().join(", ")}`,
        });
    return faults;
  },
  create({ allow, min_characters }) {
    const allowed = new Set(allow);
    const foreign = (text: string): boolean => {
      const found = detectLanguage(text, min_characters);
      return found !== undefined && !allowed.has(found);
    };
    return {
      wish: `The last answer was in a language that is not allowed here. Answer again, in one of these languages: ${allow.join(", ")}.`,
      request: ({ texts }: RequestView) => (texts.some(({ text }) => foreign(text)) ? {} : undefined),
      answer: ({ choices }: AnswerView) => (choices.some(({ text }) => foreign(text)) ? {} : undefined),
    };
  },
});
