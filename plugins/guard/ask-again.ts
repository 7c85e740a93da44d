import type { ChatRequest } from "../core/chat";
import { GraftError } from "../core/errors";
import type { ChatEvent } from "../core/events";
import type { Exchange } from "../core/exchange";
import type { SideCalls } from "../side-calls";
import type { GuardRule } from "./compile";

/**
 * The same request once more, at the target that has answered (the first one, where that was a cache), with a word on what was wrong.
 * @throws GraftError
 */
export function askAgain(calls: SideCalls, exchange: Exchange, rule: GuardRule): Promise<readonly ChatEvent[]> {
  const { attempt, request, alias } = exchange;
  const target = attempt?.target ?? alias?.targets.find((it) => exchange.forbids(it) === undefined);
  if (target === undefined) throw new GraftError("unavailable", "No target has answered.");
  const { instruction, timeoutMs } = rule.retry;
  const again: ChatRequest = {
    ...request,
    messages: [...request.messages, { role: "user", parts: [{ type: "text", text: instruction }] }],
  };
  return calls.ask(exchange, target, again, { purpose: `guard:${rule.name}`, timeoutMs });
}
