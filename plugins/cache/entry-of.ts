/** What is kept of an answer. */
import type { ChatEvent, Usage } from "../core/events";
import type { Exchange } from "../core/exchange";
import { type Target, targetLabel } from "../core/target";
import type { Cache } from "./cache";
import { compactEvents } from "./entries/compact-events";
import { mayStore } from "./entries/may-store";
import type { Entry } from "./entry";
import { IDLE_PARAMETERS } from "./key/answer-form";
import type { Named } from "./named";

export interface Answered {
  readonly events: readonly ChatEvent[];
  readonly target: Target;
  readonly usage: Usage | undefined;
  readonly dropped: readonly string[];
}

/** @returns undefined: it is not worth keeping, or must not be */
export function entryOf(cache: Cache, exchange: Exchange, { print }: Named, it: Answered): Entry | undefined {
  const { config, services, semantic } = cache;
  const events = compactEvents(it.events);
  if (!mayStore(events, { maxBytes: config.max_entry_bytes, toolCalls: config.tool_calls })) return undefined;
  // Without side calls: those a hit makes as well.
  const nanos = it.usage && services.accounting.cost(exchange, it.target, it.usage);
  return {
    events,
    storedAt: services.clock.now(),
    target: targetLabel(it.target),
    // What does not matter for the name is this client's own affair.
    dropped: it.dropped.filter((name) => !IDLE_PARAMETERS.has(name)),
    ...(it.usage === undefined ? {} : { usage: it.usage }),
    ...(nanos === undefined ? {} : { nanos }),
    ...(semantic === undefined || print.question === undefined ? {} : { question: print.question }),
  };
}
