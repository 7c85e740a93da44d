/** Runs answer events through the hooks, last plugin first; synchronous as long as every hook is. */
import type { ChatEvent } from "./events";
import type { Awaitable, Hooks } from "./plugin";

export class HookChain {
  readonly #hooks: readonly Hooks[];
  /** Nobody looks at events: they need not be made. */
  readonly idle: boolean;

  constructor(hooks: readonly Hooks[]) {
    this.#hooks = hooks.filter((hook) => hook.event !== undefined || hook.end !== undefined);
    this.idle = this.#hooks.length === 0;
  }

  /** @param events an error is always the last, and comes out whatever the hooks make of it: no dead answer may look complete */
  push(events: readonly ChatEvent[]): Awaitable<readonly ChatEvent[]> {
    const passed = this.#through(events, this.#hooks.length - 1);
    const last = events.at(-1);
    if (last?.type !== "error") return passed;
    const withError = (made: readonly ChatEvent[]) => (made.some(({ type }) => type === "error") ? made : [...made, last]);
    return passed instanceof Promise ? passed.then(withError) : withError(passed);
  }

  /** What each hook held back, passed on through the hooks outside it. */
  async end(): Promise<ChatEvent[]> {
    const out: ChatEvent[] = [];
    for (let index = this.#hooks.length - 1; index >= 0; index -= 1) {
      const held = await this.#hooks[index]?.end?.();
      if (held !== undefined && held.length > 0) append(out, await this.#through(held, index - 1));
    }
    return out;
  }

  #through(events: readonly ChatEvent[], from: number): Awaitable<readonly ChatEvent[]> {
    let current = events;
    for (let index = from; index >= 0; index -= 1) {
      const hook = this.#hooks[index];
      if (hook?.event === undefined) continue;
      const next: ChatEvent[] = [];
      for (let at = 0; at < current.length; at += 1) {
        const made = hook.event(current[at] as ChatEvent);
        if (made instanceof Promise) return this.#wait(made, next, current.slice(at + 1), index);
        append(next, made);
      }
      current = next;
    }
    return current;
  }

  /** The rest of one hook's turn once it has answered with a promise, then the hooks outside it. */
  async #wait(
    made: Promise<readonly ChatEvent[]>,
    next: ChatEvent[],
    rest: readonly ChatEvent[],
    index: number,
  ): Promise<readonly ChatEvent[]> {
    append(next, await made);
    const hook = this.#hooks[index];
    for (const event of rest) append(next, (await hook?.event?.(event)) ?? [event]);
    return this.#through(next, index - 1);
  }
}

/** Not `push(...more)`: as arguments, more than about 100,000 events overflow the stack. */
function append(events: ChatEvent[], more: readonly ChatEvent[]): void {
  for (const event of more) events.push(event);
}
