/** The exchanges running in this process, by id: counted against the bounds, and found again by hosts that see one in several streams. */
import { GraftError } from "./errors";
import type { Pipeline } from "./pipeline";

export class Exchanges {
  readonly #running = new Map<string, Pipeline>();
  #bodyBytes = 0;

  get size(): number {
    return this.#running.size;
  }

  find(id: string): Pipeline | undefined {
    return this.#running.get(id);
  }

  /** @throws GraftError `unavailable` when one more would be over the bounds. */
  begin(pipeline: Pipeline, bounds: { readonly maxExchanges: number }): void {
    if (this.#running.size >= bounds.maxExchanges) throw overloaded();
    this.#running.set(pipeline.exchange.id, pipeline);
  }

  /** Counts a request body that stays in memory for later attempts. @throws GraftError `unavailable` */
  hold(bytes: number, bounds: { readonly maxInflightBytes: number }): void {
    if (this.#bodyBytes + bytes > bounds.maxInflightBytes) throw overloaded();
    this.#bodyBytes += bytes;
  }

  end(pipeline: Pipeline, heldBytes: number): void {
    this.#running.delete(pipeline.exchange.id);
    this.#bodyBytes -= heldBytes;
  }
}

function overloaded(): GraftError {
  return new GraftError("unavailable", "The gateway is at its limit of concurrent work. Please try again.", {
    retryAfterMs: 1000,
    shouldRetry: true,
  });
}
