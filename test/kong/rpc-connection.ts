/** One connection of nginx's pool to the plugin server: a unix stream socket that carries one call at a time. */
import { connect, type Socket } from "node:net";
import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import { Unpacker } from "./lua/unpack";
import { type Lua, LuaError } from "./lua/values";

/** What `nil, err` of a call says; Kong looks into its text, logs it and goes on. */
export class RpcError extends Error {}

/** Long enough that the server's event loop sees the pieces one by one. */
const BETWEEN_PIECES_MS = 1;

/** `receiveany(4096)` */
const READ_BYTES = 4096;

type Outcome = { readonly value: Lua } | { readonly error: Error };

export class RpcConnection {
  readonly #socket: Socket;
  readonly #unpacker = new Unpacker();
  readonly #connected: Promise<void>;
  #settle: ((outcome: Outcome) => void) | undefined;
  closed = false;

  constructor(path: string, onClose: (connection: RpcConnection) => void) {
    const onread = {
      buffer: Buffer.alloc(READ_BYTES),
      callback: (count: number, buffer: Uint8Array): boolean => {
        this.#read(buffer.subarray(0, count));
        return true;
      },
    };
    this.#socket = connect({ path, onread });
    this.#connected = new Promise((resolve, reject) => {
      this.#socket.once("connect", resolve);
      this.#socket.on("error", (error: NodeJS.ErrnoException) => reject(new RpcError(inNginxWords(error))));
      this.#socket.once("close", () => reject(new RpcError("timeout")));
    });
    this.#connected.catch(() => {});
    this.#socket.once("end", () => this.close());
    this.#socket.once("close", () => {
      this.close();
      onClose(this);
    });
  }

  /** Anything that is still to be read now would be taken for the answer to the next call. */
  get reusable(): boolean {
    return !this.closed && this.#unpacker.left === 0;
  }

  /** One frame out, one value back. @throws RpcError · LuaError */
  async exchange(pieces: readonly Uint8Array[], deadlineMs: number): Promise<Lua> {
    const timer = setTimeout(() => this.close(), deadlineMs);
    try {
      await this.#connected;
      const answer = this.#nextValue();
      answer.catch(() => {}); // It may fail while the pieces are still being written.
      await this.#write(pieces);
      return await answer;
    } finally {
      clearTimeout(timer);
    }
  }

  #nextValue(): Promise<Lua> {
    return new Promise((resolve, reject) => {
      if (this.closed) {
        reject(this.#brokenOff());
        return;
      }
      this.#settle = (outcome) => {
        this.#settle = undefined;
        if ("error" in outcome) reject(outcome.error);
        else resolve(outcome.value);
      };
      this.#deliver();
    });
  }

  close(): void {
    this.closed = true;
    this.#socket.destroy();
    this.#settle?.({ error: this.#brokenOff() });
  }

  /** Kong's reader asks for a first byte politely and for the others insists: half an answer is a fault of its own code. */
  #brokenOff(): Error {
    return this.#unpacker.left > 0 ? new LuaError("missing bytes") : new RpcError("no data");
  }

  async #write(pieces: readonly Uint8Array[]): Promise<void> {
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) {
        await pause(BETWEEN_PIECES_MS);
        await turn();
      }
      if (this.closed) return;
      this.#socket.write(piece);
    }
  }

  #read(piece: Uint8Array): void {
    // Copied by the unpacker: the buffer is used again for the next read.
    this.#unpacker.push(piece);
    this.#deliver();
  }

  #deliver(): void {
    if (this.#settle === undefined) {
      // nginx closes a pooled connection on which something arrives unasked.
      if (this.#unpacker.left > 0) this.close();
      return;
    }
    try {
      const next = this.#unpacker.next();
      if (next !== undefined) this.#settle(next);
    } catch (error) {
      const settle = this.#settle;
      settle({ error: error instanceof Error ? error : new LuaError(String(error)) });
      this.close();
    }
  }
}

function inNginxWords({ code, message }: NodeJS.ErrnoException): string {
  if (code === "ECONNREFUSED") return "connection refused";
  return code === "ENOENT" ? "no such file or directory" : message;
}
