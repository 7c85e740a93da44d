import type { Awaitable } from "../core/plugin";

export interface SerialEvents {
  /** The last of jobs that had to wait is done. */
  onIdle(): void;
  /** A job has thrown, and no other one is run: whoever adds jobs must come to an end. */
  onThrown(thrown: unknown): void;
}

/** Runs jobs one after another: at once while they are synchronous, else in their turn. */
export class Serial {
  readonly #events: SerialEvents;
  #waiting: (() => Awaitable<void>)[] | undefined;

  constructor(events: SerialEvents) {
    this.#events = events;
  }

  get busy(): boolean {
    return this.#waiting !== undefined;
  }

  add(job: () => Awaitable<void>): void {
    if (this.#waiting !== undefined) {
      this.#waiting.push(job);
      return;
    }
    try {
      const running = job();
      if (running instanceof Promise) void this.#finish(running);
    } catch (thrown) {
      this.#stop(thrown);
    }
  }

  async #finish(first: Promise<void>): Promise<void> {
    const waiting: (() => Awaitable<void>)[] = [];
    this.#waiting = waiting;
    try {
      await first;
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
        const running = job();
        if (running instanceof Promise) await running;
      }
    } catch (thrown) {
      this.#stop(thrown);
      return;
    }
    this.#waiting = undefined;
    this.#events.onIdle();
  }

  /** What is added from now on waits for ever. */
  #stop(thrown: unknown): void {
    this.#waiting = [];
    this.#events.onThrown(thrown);
  }
}
