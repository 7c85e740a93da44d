/** What was started, to be stopped in reverse order. */
export class Closers {
  readonly #all: (() => void | Promise<void>)[] = [];
  #closing: Promise<void> | undefined;

  /** Stops at once what is added after `close`. */
  add(close: () => void | Promise<void>): void {
    this.#all.push(close);
    if (this.#closing !== undefined) this.#closing = this.#closing.then(() => this.#closeAll());
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    for (let close = this.#all.pop(); close !== undefined; close = this.#all.pop()) {
      try {
        await close();
      } catch (thrown) {
        console.error(`while stopping: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      }
    }
  }
}
