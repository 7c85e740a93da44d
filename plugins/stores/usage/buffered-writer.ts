/** Records on their way to a store: gathered into batches, kept while the store is down, up to a bound. */
import type { UsageRecord } from "./record";
import type { UsageStore } from "./usage-store";

export interface WriterTrouble {
  /** Records given up since the last time. */
  readonly dropped: number;
  /** Records that wait. */
  readonly queued: number;
  /** Why the store took none, the last time it did not. */
  readonly error: Error | undefined;
}

export interface BufferedWriterOptions {
  readonly store: Pick<UsageStore, "add">;
  /** At the first trouble, then once a minute while there is more of it. */
  readonly onTrouble: (trouble: WriterTrouble) => void;
  /** Records that may wait; the newest beyond it are dropped. Default 10,000, some 10 MB. */
  readonly maxQueued?: number | undefined;
}

const BATCH = 500;
/** A crash can cost the records of such a while. */
const GATHER_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** Between attempts when somebody waits for the end. */
const HURRIED_PAUSE_MS = 100;
const TELL_EVERY_MS = 60_000;

/** Its timers do not keep the process alive; `flush` and `close` do, up to their deadline. */
export class BufferedUsageWriter {
  readonly #store: Pick<UsageStore, "add">;
  readonly #onTrouble: (trouble: WriterTrouble) => void;
  readonly #maxQueued: number;
  /** In the order they came; a batch stays at the head until the store has it. */
  readonly #queue: UsageRecord[] = [];
  #written = 0;
  #dropped = 0;
  #writing: Promise<boolean> | undefined;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #quiet: NodeJS.Timeout | undefined;
  #untold = false;
  #toldDropped = 0;
  #error: Error | undefined;

  constructor({ store, onTrouble, maxQueued = 10_000 }: BufferedWriterOptions) {
    this.#store = store;
    this.#onTrouble = onTrouble;
    this.#maxQueued = maxQueued;
  }

  add(record: UsageRecord): void {
    if (this.#closed || this.#queue.length >= this.#maxQueued) {
      this.#drop(1);
      return;
    }
    this.#queue.push(record);
    this.#schedule();
  }

  /** Records given up so far: the queue was full, or closed before the store took them. */
  get dropped(): number {
    return this.#dropped;
  }

  get queued(): number {
    return this.#queue.length;
  }

  /** @returns whether the store has everything that was added before this call. */
  async flush(withinMs: number): Promise<boolean> {
    const target = this.#written + this.#queue.length;
    let late = false;
    let wake = (): void => undefined;
    const deadline = setTimeout(() => {
      late = true;
      wake();
    }, withinMs);
    const over = new Promise<false>((resolve) => {
      wake = () => resolve(false);
    });
    while (this.#written < target && !late) {
      if (!(await Promise.race([this.#write(), over])) && !late) await pause(HURRIED_PAUSE_MS);
    }
    clearTimeout(deadline);
    return this.#written >= target;
  }

  /** Takes no more. What the store does not take in time is dropped. The store itself stays open. */
  async close(withinMs: number): Promise<boolean> {
    this.#closed = true;
    const flushed = await this.flush(withinMs);
    clearTimeout(this.#timer);
    if (!flushed) this.#drop(this.#queue.splice(0).length);
    if (this.#untold) this.#tell();
    clearTimeout(this.#quiet);
    return flushed;
  }

  #schedule(): void {
    if (this.#writing !== undefined || this.#queue.length === 0) return;
    if (this.#failures === 0 && this.#queue.length >= BATCH) {
      void this.#write();
      return;
    }
    if (this.#timer !== undefined) return;
    const scattered = GATHER_MS * 2 ** Math.min(this.#failures, 10) * (0.5 + Math.random());
    const wait = this.#failures === 0 ? GATHER_MS : Math.min(LONGEST_PAUSE_MS, scattered);
    this.#timer = setTimeout(() => void this.#write(), wait).unref();
  }

  /** One batch at a time. @returns whether the store took it. */
  #write(): Promise<boolean> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#writeBatch().then((taken) => {
      this.#writing = undefined;
      if (!this.#closed) this.#schedule();
      return taken;
    });
    return this.#writing;
  }

  async #writeBatch(): Promise<boolean> {
    const batch = this.#queue.slice(0, BATCH);
    try {
      await this.#store.add(batch);
    } catch (error) {
      this.#failures += 1;
      this.#error = error instanceof Error ? error : new Error(String(error));
      this.#trouble();
      return false;
    }
    this.#failures = 0;
    this.#error = undefined;
    this.#written += batch.length;
    this.#queue.splice(0, batch.length);
    return true;
  }

  #drop(count: number): void {
    this.#dropped += count;
    if (count > 0) this.#trouble();
  }

  #trouble(): void {
    this.#untold = true;
    if (this.#quiet === undefined) this.#tell();
  }

  #tell(): void {
    this.#untold = false;
    const dropped = this.#dropped - this.#toldDropped;
    this.#toldDropped = this.#dropped;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => {
      this.#quiet = undefined;
      if (this.#untold) this.#tell();
    }, TELL_EVERY_MS).unref();
    this.#onTrouble({ dropped, queued: this.#queue.length, error: this.#error });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
