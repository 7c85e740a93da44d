import { setTimeout as sleep } from "node:timers/promises";
import { type Clock, systemClock } from "../../core/clock";
import { GraftError } from "../../core/errors";
import { Breaker } from "./breaker";
import { type Client, type ConnectOptions, connect } from "./connect";
import type { Script } from "./script";

/** A timer that fires this much too late was held up by ourselves. */
const STALL_MS = 10;

type Argument = string | Buffer;

export interface LinkOptions extends ConnectOptions {
  /** No call takes longer, whatever Redis does. Default 50. */
  readonly deadlineMs?: number;
  /** Commands sent and not answered yet. Beyond it calls are refused: answers that come later than the deadline serve nobody. Default 10,000. */
  readonly maxWaiting?: number;
}

/**
 * The way to Redis. A call is answered within the deadline, or rejects with `unavailable`; without a connection, or when too many
 * calls in a row came to nothing, it does so at once. A call that was too late may have had its effect nevertheless.
 */
export class RedisLink {
  readonly #client: Client;
  readonly #deadlineMs: number;
  readonly #maxWaiting: number;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #breaker: Breaker;
  #waiting = 0;
  #closing = false;
  #lastError: unknown;

  /** @throws RangeError for options that no connection can be made with. */
  constructor(options: LinkOptions, clock: Pick<Clock, "monotonic"> = systemClock) {
    this.#deadlineMs = options.deadlineMs ?? 50;
    this.#maxWaiting = options.maxWaiting ?? 10_000;
    this.#clock = clock;
    this.#breaker = new Breaker(clock);
    this.#client = connect(options);
    this.#client.on("error", (error) => {
      this.#lastError = error;
    });
  }

  /** Waits for the first connection. @returns whether there is one now. */
  async connected(withinMs: number): Promise<boolean> {
    const deadline = this.#clock.monotonic() + withinMs;
    while (this.#client.status !== "ready" && this.#clock.monotonic() < deadline) await sleep(5);
    return this.#client.status === "ready";
  }

  /** Texts in the answer are buffers, which may share memory with others. @throws GraftError `unavailable` */
  call(command: string, ...args: readonly Argument[]): Promise<unknown> {
    return this.#answer(() => this.#client.callBuffer(command, [...args]));
  }

  /** As `call`: one round trip, two when Redis does not know the script. */
  run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args];
    return this.#answer(async () => {
      try {
        return await this.#client.callBuffer("EVALSHA", [script.sha, ...rest]);
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
        return await this.#client.callBuffer("EVAL", [script.text, ...rest]);
      }
    });
  }

  /** Lets go of the connection once what was asked before is answered, or the deadline over. Connects no more. */
  async close(): Promise<void> {
    this.#closing = true;
    const deadline = this.#clock.monotonic() + this.#deadlineMs;
    while (this.#waiting > 0 && this.#clock.monotonic() < deadline) await sleep(1);
    this.#client.disconnect();
  }

  #answer(send: () => Promise<unknown>): Promise<unknown> {
    if (this.#closing) return Promise.reject(unavailable("closed"));
    if (this.#client.status !== "ready") return Promise.reject(unavailable("not connected", this.#lastError));
    if (this.#waiting >= this.#maxWaiting) return Promise.reject(unavailable(`${this.#maxWaiting} calls wait for an answer`));
    const pass = this.#breaker.enter();
    if (pass === undefined) return Promise.reject(unavailable("did not answer lately"));
    return new Promise((resolve, reject) => {
      const due = this.#clock.monotonic() + this.#deadlineMs;
      let over = false;
      const giveUp = (): void => {
        if (over) return;
        over = true;
        this.#breaker.failed(pass);
        reject(unavailable("no answer in time"));
      };
      const onDue = (): void => {
        // After a stall of our own the call may not have left yet, or the answer not been read: once more the same time.
        if (this.#clock.monotonic() > due + STALL_MS) timer = setTimeout(giveUp, this.#deadlineMs);
        else setImmediate(giveUp);
      };
      let timer = setTimeout(onDue, this.#deadlineMs);
      this.#waiting += 1;
      const end = (answered: boolean): void => {
        this.#waiting -= 1;
        clearTimeout(timer);
        if (over) return;
        over = true;
        if (answered) this.#breaker.answered();
        else this.#breaker.failed(pass);
      };
      send().then(
        (answer) => {
          end(true);
          resolve(answer);
        },
        (error: unknown) => {
          // An error that Redis itself reports is an answer.
          end(error instanceof Error && error.name === "ReplyError");
          reject(unavailable("no answer", error));
        },
      );
    });
  }
}

/** Of the client's own errors only the message is kept: they carry the command, which may be a prompt or a password. */
function unavailable(what: string, reason?: unknown): GraftError {
  const why = reason instanceof Error ? `: ${reason.message}` : "";
  return new GraftError("unavailable", "The gateway cannot reach its store at the moment.", {
    cause: new Error(`redis: ${what}${why}`),
  });
}
