import type { Awaitable } from "../core/plugin";

/** Runs jobs one after another: at once while they are synchronous, else in their turn. Jobs must not throw. */
export class Serial {
  readonly #onIdle: () => void;
  #waiting: (() => Awaitable<void>)[] | undefined;

  /** @param onIdle the last of jobs that had to wait is done */
  constructor(onIdle: () => void) {
    this.#onIdle = onIdle;
  }

  get busy(): boolean {
    return this.#waiting !== undefined;
  }

  add(job: () => Awaitable<void>): void {
    if (this.#waiting !== undefined) {
      this.#waiting.push(job);
      return;
    }
    const running = job();
    if (running instanceof Promise) void this.#finish(running);
  }

  async #finish(first: Promise<void>): Promise<void> {
    const waiting: (() => Awaitable<void>)[] = [];
    this.#waiting = waiting;
    await first;
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const running = job();
      if (running instanceof Promise) await running;
    }
    this.#waiting = undefined;
    this.#onIdle();
  }
}
