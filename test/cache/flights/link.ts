import { GraftError } from "../../../plugins/core/errors";
import type { sharedMemory } from "./support";

/** Stores of one process, which may be cut off from the others, or stop in the middle of whatever it does. */
export class Link {
  mode: "works" | "away" | "deaf" | "dead" = "works";
  readonly calls: string[] = [];
  /** Happens just before a call. */
  before: (call: string) => Promise<void> = async () => {};
  /** When its process is dead. */
  readonly closed: Promise<void>;
  #close: () => void = () => {};

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  /** Nothing it asks is answered any more. */
  die(): void {
    this.mode = "dead";
    this.#close();
  }

  to(stores: ReturnType<typeof sharedMemory>): ReturnType<typeof sharedMemory> {
    return { lease: this.#wrap("lease", stores.lease), log: this.#wrap("log", stores.log), kv: this.#wrap("kv", stores.kv) };
  }

  #wrap<Store extends object>(name: string, store: Store): Store {
    return new Proxy(store, {
      get: (target, method: string & keyof Store) => {
        const made = target[method];
        if (typeof made !== "function") return made;
        return async (...args: unknown[]) => {
          this.calls.push(`${name}.${method}`);
          await this.before(`${name}.${method}`);
          if (this.mode === "dead") return await new Promise(() => {});
          if (this.mode === "away") throw new GraftError("unavailable", "");
          const answer: unknown = await made.apply(target, args);
          if (this.mode === "deaf") throw new GraftError("unavailable", "");
          return answer;
        };
      },
    });
  }
}
