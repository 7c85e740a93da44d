/** Counts calls that have begun and not ended, so that somebody can wait for the last of them. */
export class RunningCalls {
  #count = 0;
  #onIdle: (() => void) | undefined;

  begin(): void {
    this.#count += 1;
  }

  end(): void {
    this.#count -= 1;
    if (this.#count === 0) this.#onIdle?.();
  }

  get idle(): boolean {
    return this.#count === 0;
  }

  /** For one waiter, who sees to it that nothing begins afterwards. */
  async ended(): Promise<void> {
    if (this.#count === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }
}
