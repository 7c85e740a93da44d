/** Events through the hooks and out in the client's words, until an error closes the stream. */
import type { Dialect, EncodeContext, StreamEncoder } from "./dialect";
import { toGraftError } from "./errors";
import type { ChatEvent } from "./events";
import type { Exchange } from "./exchange";
import type { HookChain } from "./hook-chain";
import type { Awaitable } from "./plugin";

export class ClientStream {
  readonly #exchange: Exchange;
  readonly #hooks: HookChain;
  readonly #encoder: StreamEncoder;
  #closed = false;

  constructor(exchange: Exchange, hooks: HookChain, dialect: Dialect, context: EncodeContext) {
    this.#exchange = exchange;
    this.#hooks = hooks;
    this.#encoder = dialect.encodeStream(context);
  }

  /** An error event was sent: nothing may follow. */
  get closed(): boolean {
    return this.#closed;
  }

  push(events: readonly ChatEvent[]): Awaitable<string> {
    if (this.#hooks.idle) return this.#encode(events);
    const passed = this.#hooks.push(events);
    return passed instanceof Promise ? passed.then((made) => this.#encode(made)) : this.#encode(passed);
  }

  /** What hooks held back, and the natural end. Nothing when the stream is closed. */
  async end(): Promise<string> {
    let text = "";
    if (!this.#closed && !this.#hooks.idle) text += this.#encode(await this.#hooks.end());
    if (!this.#closed) text += this.#encoder.end();
    return text;
  }

  /** Past the hooks: they may be what has failed. */
  fail(thrown: unknown): string {
    const error = toGraftError(thrown);
    this.#exchange.error = error;
    return this.#encode([{ type: "error", error }]);
  }

  #encode(events: readonly ChatEvent[]): string {
    let text = "";
    for (const event of events) {
      if (this.#closed) break;
      text += this.#encoder.push(event);
      if (event.type !== "error") continue;
      this.#exchange.error = event.error;
      this.#closed = true;
    }
    return text;
  }
}
