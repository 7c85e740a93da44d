import type { ChatEvent } from "../../plugins/core/events";

interface ChoiceState {
  next: number;
  finished: boolean;
  readonly open: Set<number>;
}

/** What `plugins/core/events.ts` promises about a stream of events, as a list of broken promises (empty = well formed). */
export function brokenPromises(events: readonly ChatEvent[]): string[] {
  const broken: string[] = [];
  const choices = new Map<number, ChoiceState>();
  const stateOf = (choice: number): ChoiceState => {
    const state = choices.get(choice) ?? { next: 0, finished: false, open: new Set<number>() };
    choices.set(choice, state);
    return state;
  };
  for (const [at, event] of events.entries()) {
    const say = (what: string): void => void broken.push(`#${at} ${event.type}: ${what}`);
    if (event.type === "error" && at !== events.length - 1) say("something follows");
    if (!("choice" in event)) continue;
    const state = stateOf(event.choice);
    if (state.finished) say(`choice ${event.choice} is finished`);
    switch (event.type) {
      case "block-start":
        if (event.block !== state.next) say(`block ${event.block} instead of ${state.next}`);
        state.next = event.block + 1;
        state.open.add(event.block);
        break;
      case "block-end":
        if (!state.open.delete(event.block)) say(`block ${event.block} is not open`);
        break;
      case "delta":
      case "signature":
      case "annotation":
        if (!state.open.has(event.block)) say(`block ${event.block} is not open`);
        break;
      case "finish":
        if (state.open.size > 0) say(`blocks ${[...state.open].join(", ")} are still open`);
        state.finished = true;
        break;
      case "logprobs":
        break;
    }
  }
  return broken;
}
