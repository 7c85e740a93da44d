/** A model judges requests or answers, by what the operator says is not wanted. */
import { z } from "zod";
import { text } from "../../config/fields";
import type { Exchange } from "../../core/exchange";
import { defineKind, type Verdict } from "../rule";
import { saidInAnswer, saidInRequest } from "../said";
import { openClassifier, serviceTargetShape, targetFaults } from "../service-target";

const config = z
  .strictObject({
    ...serviceTargetShape(),
    description: text("What is not wanted, in words for the model that judges."),
  })
  .describe("For `kind: classifier`. A model judges requests or answers; what it uses is counted with the request.");

export const classifier = defineKind({
  name: "classifier",
  config,
  on: ["input", "output"],
  roles: ["user", "assistant", "tool"],
  whole: () => true,
  check: (it, _rule, policy) => targetFaults(it, policy),
  create(it, { rule, services, policy }) {
    const judge = openClassifier(it, it.description, `guard:${rule.name}`, services, policy);
    const ask = async (exchange: Exchange, said: string): Promise<Verdict | undefined> =>
      said.trim() !== "" && (await judge.violates(exchange, said)) ? {} : undefined;
    return {
      wish: "The last answer was not accepted. Answer again, differently.",
      remote: true,
      request: (view) => ask(view.exchange, saidInRequest(view)),
      answer: (view) => ask(view.exchange, saidInAnswer(view)),
    };
  },
});
