/** One exchange: its values live in this closure, and end with it. */
import type { Exchange } from "../core/exchange";
import type { Hooks } from "../core/plugin";
import { AnswerEvents, type AnswerTexts } from "./answer-events";
import { RedactedTexts } from "./redact-answer";
import { RequestRedaction } from "./redact-request";
import type { Redactor } from "./redactor";
import { asksForJson, RestoredTexts } from "./restore-answer";
import { Tally } from "./tally";
import { Vault } from "./vault";

/** `main`: the request, and its values back into the answer. `response`: the answer as the model wrote it. */
export function redactExchange(redactor: Redactor, exchange: Exchange): { main: Hooks; response: Hooks } {
  const { direction, restore_tool_results: restoreToolResults } = redactor.config;
  const vault = new Vault();
  const tally = new Tally(exchange.facts, (entity) => redactor.rules.groupOf(entity));
  const main: Hooks = {};
  if (direction !== "response") {
    const restoreAnswer = (): undefined => {
      if (vault.empty) return;
      const restored = (): AnswerTexts =>
        new RestoredTexts({ vault, jsonAnswer: asksForJson(exchange.request), restoreToolResults });
      Object.assign(main, answerHooks(restored));
    };
    main.request = () => {
      const done = new RequestRedaction(redactor, exchange, vault, tally).run();
      return done instanceof Promise ? done.then(restoreAnswer) : restoreAnswer();
    };
  }
  if (direction === "request") return { main, response: {} };
  const redacted = (): AnswerTexts => new RedactedTexts({ redactor, vault, tally, jsonAnswer: asksForJson(exchange.request) });
  return { main, response: answerHooks(redacted) };
}

/** Nobody says beforehand that an answer of our own begins, so the first one is always expected. */
function answerHooks(open: () => AnswerTexts): Hooks {
  let events: AnswerEvents | undefined;
  const current = (): AnswerEvents => {
    events ??= new AnswerEvents(open());
    return events;
  };
  return {
    response: () => {
      events = undefined;
    },
    event: (event) => current().event(event),
    end: () => current().end(),
  };
}
