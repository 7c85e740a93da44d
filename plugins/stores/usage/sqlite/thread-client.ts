/** The store's thread, seen from the main one. Answers come in the order of the calls. */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Answer, Call, Calls, ThreadData } from "./thread";

export type StartThread = (data: ThreadData) => Worker;

export const startThread: StartThread = (workerData) => new Worker(join(__dirname, "thread.js"), { workerData });

/** What a thread may still do when it is to end: a transaction takes milliseconds, waiting for another process up to 5 s. */
const CLOSE_MS = 10_000;

export class ThreadClient {
  readonly #start: () => Worker;
  readonly #waiting: ((answer: Answer) => void)[] = [];
  #worker: Worker | undefined;
  #closed = false;

  constructor(path: string, start: StartThread) {
    this.#start = () => start({ path });
  }

  /** A thread that died is replaced at the next call. @throws Error */
  call<M extends keyof Calls>(method: M, ...args: Parameters<Calls[M]>): Promise<ReturnType<Calls[M]>> {
    if (this.#closed) return Promise.reject(new Error("the usage store is closed"));
    return this.#send(method, args);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const worker = this.#worker;
    if (worker === undefined) return;
    const timer = setTimeout(() => void worker.terminate(), CLOSE_MS);
    // Without a farewell the file is in order as well: the next one to open it reads the log.
    await this.#send("close", []).catch(() => undefined);
    clearTimeout(timer);
    await worker.terminate();
  }

  #send<M extends keyof Calls>(method: M, args: Parameters<Calls[M]>): Promise<ReturnType<Calls[M]>> {
    return new Promise((resolve, reject) => {
      this.#worker ??= this.#run();
      // Whoever waits for an answer keeps the process alive, an idle thread does not.
      this.#worker.ref();
      this.#waiting.push((answer) => {
        if ("error" in answer) reject(new Error(answer.error));
        else resolve(answer.value as ReturnType<Calls[M]>);
      });
      this.#worker.postMessage({ method, args } as Call);
    });
  }

  #run(): Worker {
    const worker = this.#start();
    let death = "it ended";
    worker.on("message", (answer: Answer) => {
      this.#waiting.shift()?.(answer);
      if (this.#waiting.length === 0) worker.unref();
    });
    worker.on("error", (error) => {
      death = error.message;
    });
    worker.once("exit", () => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      const error = `the thread of the usage store is gone: ${death}`;
      for (const answer of this.#waiting.splice(0)) answer({ error });
    });
    return worker;
  }
}
