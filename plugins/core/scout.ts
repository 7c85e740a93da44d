/**
 * Reads the beginning of a provider's stream before anything of it reaches the client: a provider that sends its head, says hello and
 * then fails has not answered, and another one still can.
 */
import { GraftError } from "./errors";
import type { ChatEvent } from "./events";
import type { StreamDecoder } from "./provider";
import { saysSomething } from "./says-something";

/** Held at most; a provider that says so much without saying anything is believed. */
const MAX_HELD_BYTES = 64 * 1024;

export class Scout {
  readonly #decoder: StreamDecoder;
  #seen = 0;

  /** @param decoder its own one: the answer is decoded again from its first byte for the client */
  constructor(decoder: StreamDecoder) {
    this.#decoder = decoder;
  }

  /** `undefined` = nothing is decided yet; an error = this provider will not answer. */
  push(bytes: Uint8Array): "answers" | GraftError | undefined {
    this.#seen += bytes.length;
    const found = verdict(this.#decoder.push(bytes));
    return found === undefined && this.#seen > MAX_HELD_BYTES ? "answers" : found;
  }

  /** The stream has ended while nothing was decided. */
  end(): "answers" | GraftError {
    const found = verdict(this.#decoder.end());
    return found ?? new GraftError("upstream_invalid", "The provider ended its stream without an answer.");
  }
}

function verdict(events: readonly ChatEvent[]): "answers" | GraftError | undefined {
  for (const event of events) {
    if (event.type === "error") return event.error;
    if (saysSomething(event)) return "answers";
  }
  return undefined;
}
