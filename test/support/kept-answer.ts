/** A hook that answers as a cache does: from elsewhere, with what it says of it. */
import type { ChatEvent } from "../../plugins/core/events";
import type { Exchange, SideCall } from "../../plugins/core/exchange";
import type { Fact } from "../../plugins/core/facts";
import type { Hooks } from "../../plugins/core/plugin";

export type CacheFact = Extract<Fact, { kind: "cache" }>;

export interface Kept {
  /** Default: a hit. */
  readonly fact?: Partial<CacheFact>;
  /** Made before the answer is found. */
  readonly sideCalls?: readonly SideCall[];
  /** Made when the client has it. */
  readonly later?: readonly SideCall[];
}

export const KEPT_EVENTS: readonly ChatEvent[] = [
  { type: "start", id: "kept-1", model: "gpt-real" },
  { type: "block-start", choice: 0, block: 0, start: { kind: "text" } },
  { type: "delta", choice: 0, block: 0, text: "Hello" },
  { type: "block-end", choice: 0, block: 0 },
  { type: "finish", choice: 0, reason: "stop" },
  { type: "usage", usage: { input: 100, output: 50 } },
];

export function keptAnswer({ fact = {}, sideCalls = [], later = [] }: Kept = {}): (exchange: Exchange) => Hooks {
  return (exchange) => ({
    request() {
      exchange.sideCalls.push(...sideCalls);
      exchange.facts.add({ kind: "cache", status: "hit", ...fact });
      if (later.length > 0) {
        exchange.background = new Promise((resolve) => setTimeout(resolve, 5)).then(() => void exchange.sideCalls.push(...later));
      }
      return { events: KEPT_EVENTS };
    },
  });
}

/** No answer, only what it has to say. */
export function noKeptAnswer({ fact = {}, sideCalls = [] }: Kept = {}): (exchange: Exchange) => Hooks {
  return (exchange) => ({
    request() {
      exchange.sideCalls.push(...sideCalls);
      exchange.facts.add({ kind: "cache", status: "miss", ...fact });
      return undefined;
    },
  });
}
