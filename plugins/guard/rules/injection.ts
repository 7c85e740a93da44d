/** Texts that try to give a model other instructions than it has. */
import { z } from "zod";
import { injectionScore } from "../injection/score";
import { joinedTexts } from "../request-texts";
import { defineKind } from "../rule";

/** A plain "ignore all previous instructions" has 6; "you are now" has 3. */
const SCORES = { low: 8, medium: 5, high: 3 } as const;

const config = z
  .strictObject({
    sensitivity: z
      .enum(["low", "medium", "high"])
      .default("medium")
      .describe(
        "How little is enough: `low` takes several signs, `medium` one clear sign, `high` a faint one, and is wrong more often about texts that speak of models.",
      ),
  })
  .describe(
    "For `kind: injection`. Signs of instructions against a model's own: to ignore them, to show them, to be somebody else; marks of chat templates, encoded and invisible text. Reads what users and tools say.",
  );

export const injection = defineKind({
  name: "injection",
  config,
  on: ["input"],
  roles: ["user", "tool"],
  check: () => [],
  create: ({ sensitivity }, { rule }) => {
    const sources = new Set(rule.roles.length === 0 ? ["user", "tool"] : rule.roles);
    return {
      wish: "",
      request({ request, texts }) {
        const all = [...texts, ...joinedTexts(request).filter(({ source }) => sources.has(source))];
        return all.some(({ text }) => injectionScore(text) >= SCORES[sensitivity]) ? {} : undefined;
      },
    };
  },
});
