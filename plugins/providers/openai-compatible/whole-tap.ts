/**
 * Watches a whole (not streamed) answer that passes through. It is parsed once at its end: at the usual few KB that costs
 * microseconds, and tells a cut-off document from a complete one.
 */
import { GraftError } from "../../core/errors";
import type { Usage } from "../../core/events";
import { HeldBytes } from "../../core/held-bytes";
import type { Tap } from "../../core/provider";
import { TapFacts } from "./tap-facts";

const NOTHING = new Uint8Array(0);

export class WholeTap implements Tap {
  readonly #maxBytes: number;
  readonly #facts = new TapFacts();
  readonly #held = new HeldBytes();
  #overlong = false;

  /** @param maxBytes a longer answer passes, but nothing is read from it. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(bytes: Uint8Array): Uint8Array {
    this.#overlong ||= this.#held.length + bytes.length > this.#maxBytes;
    if (this.#overlong) this.#held.take();
    else this.#held.add(bytes);
    return bytes;
  }

  end(failure?: GraftError): Uint8Array {
    if (failure !== undefined) this.#facts.error = failure;
    else if (!this.#overlong && this.#facts.read(this.#held.take().toString("utf8")) === undefined) {
      this.#facts.error = new GraftError("upstream_invalid", "The provider's answer is not a complete JSON document.");
    }
    return NOTHING;
  }

  get usage(): Usage | undefined {
    return this.#facts.usage;
  }

  get model(): string | undefined {
    return this.#facts.model;
  }

  get error(): GraftError | undefined {
    return this.#facts.error;
  }
}
