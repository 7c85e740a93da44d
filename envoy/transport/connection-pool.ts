import type { Socket } from "node:net";
import { Http2Connection } from "./http2/connection";
import type { ConnectionOptions } from "./http2/connection-options";

/** The open connections, whichever address they came to. */
export class ConnectionPool {
  readonly #options: ConnectionOptions;
  readonly #connections = new Set<Http2Connection>();
  readonly #awaitingNone = new Set<() => void>();

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get streamCount(): number {
    let count = 0;
    for (const connection of this.#connections) count += connection.streamCount;
    return count;
  }

  add(socket: Socket): void {
    const connection = new Http2Connection(socket, this.#options);
    this.#connections.add(connection);
    socket.once("close", () => {
      this.#connections.delete(connection);
      if (this.#connections.size > 0) return;
      for (const resolve of this.#awaitingNone) resolve();
    });
  }

  /** Lets running streams end. Answers how many it had to cut off at the deadline. */
  async drain(timeoutMs: number): Promise<number> {
    for (const connection of this.#connections) connection.shutdown();
    if (this.#connections.size > 0) await this.#noneOrTimeout(timeoutMs);
    const cut = this.streamCount;
    for (const connection of this.#connections) connection.destroy();
    return cut;
  }

  #noneOrTimeout(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#awaitingNone.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#awaitingNone.add(done);
    });
  }
}
