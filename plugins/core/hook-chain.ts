/**
 * Runs answer events through the hooks, last plugin first; synchronous as long as every hook is. A hook that throws ends the answer: what
 * it let through before goes on, then an error event, and nothing behind it.
 */
import { toGraftError } from "./errors";
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
    return passed instanceof Promise ? passed.then((made) => withError(made, last)) : withError(passed, last);
  }

  /** What each hook held back, passed on through the hooks outside it. */
  async end(): Promise<readonly ChatEvent[]> {
    const out: ChatEvent[] = [];
    let failed: ChatEvent | undefined;
    for (let index = this.#hooks.length - 1; index >= 0; index -= 1) {
      const held = await heldBy(this.#hooks[index]);
      if (held.length > 0) append(out, await this.#through(held, index - 1));
      const last = held.at(-1);
      if (last?.type === "error") failed = last;
    }
    return failed === undefined ? out : withError(out, failed);
  }

  /** A whole answer, as the hooks leave it. @throws the error that one of them made of it */
  async complete(events: readonly ChatEvent[]): Promise<readonly ChatEvent[]> {
    const passed = await this.push(events);
    const all = passed.at(-1)?.type === "error" ? passed : [...passed, ...(await this.end())];
    const last = all.at(-1);
    if (last?.type === "error") throw last.error;
    return all;
  }

  #through(events: readonly ChatEvent[], from: number): Awaitable<readonly ChatEvent[]> {
    let current = events;
    for (let index = from; index >= 0; index -= 1) {
      const hook = this.#hooks[index];
      if (hook?.event === undefined) continue;
      const next: ChatEvent[] = [];
      for (let at = 0; at < current.length; at += 1) {
        try {
          const made = hook.event(current[at] as ChatEvent);
          if (made instanceof Promise) return this.#wait(made, next, current.slice(at + 1), index);
          append(next, made);
        } catch (thrown) {
          next.push(errorOf(thrown));
          break;
        }
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
    const hook = this.#hooks[index];
    try {
      append(next, await made);
      for (const event of rest) append(next, (await hook?.event?.(event)) ?? [event]);
    } catch (thrown) {
      next.push(errorOf(thrown));
    }
    return this.#through(next, index - 1);
  }
}

/** Not `push(...more)`: as arguments, more than about 100,000 events overflow the stack. */
function append(events: ChatEvent[], more: readonly ChatEvent[]): void {
  for (const event of more) events.push(event);
}

/** An answer that one hook has got from elsewhere, as those within it leave it. @throws as `complete` */
export async function throughInner(
  hooks: readonly Hooks[],
  outer: Hooks,
  events: readonly ChatEvent[],
): Promise<readonly ChatEvent[]> {
  const inner = hooks.slice(hooks.indexOf(outer) + 1);
  for (const hook of inner.toReversed()) await hook.response?.({ status: 200 });
  return new HookChain(inner).complete(events);
}

/** Up to the error and no further; with one, whatever the hooks made of it. */
function withError(made: readonly ChatEvent[], error: ChatEvent): readonly ChatEvent[] {
  const at = made.findIndex(({ type }) => type === "error");
  return at === -1 ? [...made, error] : made.slice(0, at + 1);
}

async function heldBy(hook: Hooks | undefined): Promise<readonly ChatEvent[]> {
  try {
    return (await hook?.end?.()) ?? [];
  } catch (thrown) {
    return [errorOf(thrown)];
  }
}

function errorOf(thrown: unknown): ChatEvent {
  return { type: "error", error: toGraftError(thrown) };
}
