/** The worker thread seen from the main one: a bounded queue, one order at a time, a new thread when one dies. */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { type Clock, systemClock } from "../core/clock";
import type { CountOrder, CountReport, ThreadData } from "./count-thread";
import type { EncodingName } from "./encodings";
import type { Tables } from "./load-tables";

interface Job extends CountOrder {
  readonly length: number;
  /** `undefined`: not counted. */
  readonly done: (counts: readonly number[] | undefined) => void;
}

export interface CountWorkerOptions {
  /** Orders that wait; one more is refused. */
  readonly maxQueued: number;
  /** UTF-16 units of all orders that wait or run; more is refused. At 2 million a second, this is how late the last one is. */
  readonly maxQueuedLength: number;
  readonly clock: Clock;
  /** Starts the thread; for tests, which have no compiled files. */
  readonly start: (data: ThreadData) => Worker;
}

export const COUNT_WORKER_DEFAULTS: CountWorkerOptions = {
  maxQueued: 64,
  maxQueuedLength: 4_000_000,
  clock: systemClock,
  start: (workerData) => new Worker(join(__dirname, "count-thread.js"), { workerData }),
};

/** A thread that died is not replaced before this, doubled with each death in a row. */
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 5 * 60_000;

export class CountWorker {
  readonly #options: CountWorkerOptions;
  readonly #onTables: (tables: Tables) => void;
  /** The first one runs. */
  readonly #jobs: Job[] = [];
  readonly #tables: Tables[] = [];
  #queuedLength = 0;
  #worker: Worker | undefined;
  #deaths = 0;
  #restsUntil = 0;
  #closed = false;

  /** @param onTables the thread has loaded an encoding: from now on it can be used here as well */
  constructor(onTables: (tables: Tables) => void, options: Partial<CountWorkerOptions> = {}) {
    this.#onTables = onTables;
    this.#options = { ...COUNT_WORKER_DEFAULTS, ...options };
  }

  /**
   * @param deadlineMs after which an order that still waits is dropped, and the answer to one that runs is not waited for
   * @returns a count for each text; `undefined` when the queue is full, the thread died, or it took too long
   */
  count(encoding: EncodingName, texts: readonly string[], deadlineMs: number): Promise<readonly number[] | undefined> {
    const length = texts.reduce((sum, text) => sum + text.length, 0);
    const { maxQueued, maxQueuedLength, clock } = this.#options;
    if (this.#closed || this.#jobs.length >= maxQueued || this.#queuedLength + length > maxQueuedLength)
      return Promise.resolve(undefined);
    if (this.#worker === undefined && clock.monotonic() < this.#restsUntil) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        resolve(undefined);
        // The one that runs keeps its place: its report is still to come.
        if (this.#jobs.indexOf(job) > 0) this.#remove(job);
      }, deadlineMs);
      timer.unref();
      const done = (counts: readonly number[] | undefined): void => {
        clearTimeout(timer);
        resolve(counts);
      };
      const job: Job = { encoding, texts, length, done };
      this.#jobs.push(job);
      this.#queuedLength += length;
      if (this.#jobs.length === 1) this.#run();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    this.#abandon();
    await worker?.terminate();
  }

  #run(): void {
    const job = this.#jobs[0];
    if (job === undefined) return;
    this.#worker ??= this.#start();
    this.#worker?.postMessage({ encoding: job.encoding, texts: job.texts } satisfies CountOrder);
  }

  #start(): Worker | undefined {
    try {
      const worker = this.#options.start({ tables: this.#tables });
      // Nobody's life is prolonged by it. Only now: Node 20 takes an earlier word back when the thread comes online.
      worker.once("online", () => worker.unref());
      worker.on("message", (report: CountReport) => this.#report(report));
      // An error is followed by an exit.
      worker.on("error", () => undefined);
      worker.once("exit", () => {
        if (this.#worker === worker) this.#died();
      });
      return worker;
    } catch {
      // No more threads on this machine, say.
      this.#died();
      return undefined;
    }
  }

  #report(report: CountReport): void {
    if ("tables" in report) {
      this.#tables.push(report.tables);
      this.#onTables(report.tables);
      return;
    }
    this.#deaths = 0;
    const job = this.#jobs[0];
    if (job === undefined) return;
    this.#remove(job);
    job.done(report.counts);
    this.#run();
  }

  #died(): void {
    this.#restsUntil = this.#options.clock.monotonic() + Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** this.#deaths);
    this.#deaths += 1;
    this.#abandon();
  }

  #abandon(): void {
    this.#worker = undefined;
    this.#queuedLength = 0;
    for (const job of this.#jobs.splice(0)) job.done(undefined);
  }

  #remove(job: Job): void {
    this.#jobs.splice(this.#jobs.indexOf(job), 1);
    this.#queuedLength -= job.length;
  }
}
