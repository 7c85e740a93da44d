/** Kong's side of the MessagePack-RPC: `[0, id, method, args]` out, `[1, id, err, result]` back, `[2, label, args]` in between. */
import { type Cut, whole } from "./cut";
import { pack } from "./lua/pack";
import { isArray, type Lua, LuaError } from "./lua/values";
import { RpcConnection, RpcError } from "./rpc-connection";

export interface RpcOptions {
  readonly cut?: Cut;
  /** Of each call, connecting included; default 60 s, nginx's own. */
  readonly deadlineMs?: number;
}

/** `lua_socket_pool_size`: more connections may be open, these many are kept. */
const POOL_SIZE = 30;

export class RpcClient {
  readonly #path: string;
  readonly #cut: Cut;
  readonly #deadlineMs: number;
  readonly #open = new Set<RpcConnection>();
  /** Last used, first taken. */
  readonly #idle: RpcConnection[] = [];
  #lastId = 0;
  #closed = false;

  constructor(path: string, { cut = whole, deadlineMs = 60_000 }: RpcOptions = {}) {
    this.#path = path;
    this.#cut = cut;
    this.#deadlineMs = deadlineMs;
  }

  get connections(): number {
    return this.#open.size;
  }

  /** Calls made so far. */
  get calls(): number {
    return this.#lastId;
  }

  /** @throws RpcError where Kong gets `nil, err` · LuaError where its own code fails */
  async call(method: string, ...args: readonly Lua[]): Promise<Lua> {
    if (this.#closed) throw new RpcError("closed");
    this.#lastId += 1;
    const id = this.#lastId;
    const frame = pack([0, id, method, args]);
    const connection = this.#take();
    try {
      let message = await connection.exchange(this.#cut(frame), this.#deadlineMs);
      while (isArray(message) && message[0] === 2) message = await connection.exchange([], this.#deadlineMs);
      return readAnswer(message, id);
    } finally {
      this.#giveBack(connection);
    }
  }

  /** For good. */
  close(): void {
    this.#closed = true;
    for (const connection of this.#open) connection.close();
  }

  #take(): RpcConnection {
    for (let pooled = this.#idle.pop(); pooled !== undefined; pooled = this.#idle.pop()) if (!pooled.closed) return pooled;
    const connection = new RpcConnection(this.#path, (closed) => {
      this.#open.delete(closed);
      const at = this.#idle.indexOf(closed);
      if (at >= 0) this.#idle.splice(at, 1);
    });
    this.#open.add(connection);
    return connection;
  }

  #giveBack(connection: RpcConnection): void {
    if (connection.reusable && this.#idle.length < POOL_SIZE) this.#idle.push(connection);
    else connection.close();
  }
}

function readAnswer(message: Lua, id: number): Lua {
  if (!isArray(message) || message[0] !== 1) throw new LuaError("RPC response expected from the plugin server");
  if (message[1] !== id) throw new LuaError("unexpected RPC response ID from the plugin server");
  if (message[2] !== undefined) throw new RpcError(String(message[2]));
  return message[3];
}
