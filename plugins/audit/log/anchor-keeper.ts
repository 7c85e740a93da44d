/** Writes the anchor of a growing chain: soon after it grew, and no more than once a second. */
import type { Head } from "../chain/line";
import type { Anchors } from "./anchors";

const EVERY_MS = 1000;

export class AnchorKeeper {
  readonly #anchors: Pick<Anchors, "write">;
  readonly #onTrouble: (error: unknown) => void;
  #newest: Head | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** One write at a time, in order. */
  #writing: Promise<void> = Promise.resolve();
  #last = Number.NEGATIVE_INFINITY;

  constructor(anchors: Pick<Anchors, "write">, onTrouble: (error: unknown) => void) {
    this.#anchors = anchors;
    this.#onTrouble = onTrouble;
  }

  moved(head: Head): void {
    this.#newest = head;
    if (this.#timer !== undefined) return;
    const wait = Math.max(0, this.#last + EVERY_MS - performance.now());
    this.#timer = setTimeout(() => void this.flush(), wait).unref();
  }

  /** What is not written yet. Never rejects: the log goes on without, and it is tried again. */
  async flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  /** After a flush; what could not be written stays so. */
  close(): void {
    clearTimeout(this.#timer);
  }

  async #write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const head = this.#newest;
    if (head === undefined) return;
    this.#newest = undefined;
    this.#last = performance.now();
    try {
      await this.#anchors.write(head);
    } catch (thrown) {
      this.#onTrouble(thrown);
      this.moved(this.#newest ?? head);
    }
  }
}
