/** Counts texts: here when that is quick, else in the worker thread, else not at all. */
import { CountWorker, type CountWorkerOptions } from "./count-worker";
import type { EncodingName } from "./encodings";
import type { Tables } from "./load-tables";
import { Tokenizer } from "./tokenizer";

export interface TextCounterOptions {
  /** Texts counted at once by `countNow`, UTF-16 units: a tenth of a millisecond. */
  readonly quickLength: number;
  /** Texts counted on the event loop by `count`, UTF-16 units; longer ones go to the worker thread. */
  readonly inlineLength: number;
  /** Bytes that may go through merging on the event loop for one request: 5 ms on a slow core. More goes to the worker thread as well. */
  readonly inlineMergeBytes: number;
  /** Longer texts are not counted at all, UTF-16 units. */
  readonly countLength: number;
  /** How long `count` waits for the worker thread. */
  readonly deadlineMs: number;
  readonly worker: Partial<CountWorkerOptions>;
}

export const TEXT_COUNTER_DEFAULTS: TextCounterOptions = {
  quickLength: 2 * 1024,
  inlineLength: 32 * 1024,
  inlineMergeBytes: 8 * 1024,
  countLength: 2 * 1024 * 1024,
  deadlineMs: 1500,
  worker: {},
};

/** A microsecond each, however short. */
const INLINE_TEXTS = 2000;
const LOADING_MS = 60_000;

export class TextCounter {
  readonly #options: TextCounterOptions;
  readonly #worker: CountWorker;
  readonly #tokenizers = new Map<EncodingName, Tokenizer>();
  readonly #loading = new Map<EncodingName, Promise<unknown>>();

  constructor(options: Partial<TextCounterOptions> = {}) {
    this.#options = { ...TEXT_COUNTER_DEFAULTS, ...options };
    this.#worker = new CountWorker((tables) => this.use(tables), this.#options.worker);
  }

  /** Tables that someone has loaded already. */
  use(tables: Tables): void {
    this.#tokenizers.set(tables.encoding, new Tokenizer(tables));
  }

  /** @returns whether the encoding is loaded now; if not, the next one that needs it tries again */
  async warmUp(encoding: EncodingName): Promise<boolean> {
    if (!this.#tokenizers.has(encoding)) {
      const loading = this.#loading.get(encoding) ?? this.#worker.count(encoding, [], LOADING_MS);
      this.#loading.set(encoding, loading);
      await loading;
      this.#loading.delete(encoding);
    }
    return this.#tokenizers.has(encoding);
  }

  /** @returns tokens of each text, in o200k or whatever the encoding is; `undefined` unless they are short and the encoding is loaded */
  countNow(texts: readonly string[], encoding: EncodingName): readonly number[] | undefined {
    const { quickLength } = this.#options;
    return lengthOf(texts) <= quickLength ? this.#countHere(texts, encoding, quickLength) : undefined;
  }

  /** @returns `undefined` when it is too long, too busy or too slow */
  async count(texts: readonly string[], encoding: EncodingName): Promise<readonly number[] | undefined> {
    const { inlineLength, inlineMergeBytes, countLength, deadlineMs } = this.#options;
    const length = lengthOf(texts);
    if (length > countLength) return undefined;
    const few = length <= inlineLength && texts.length <= INLINE_TEXTS;
    const here = few ? this.#countHere(texts, encoding, inlineMergeBytes) : undefined;
    return here ?? this.#worker.count(encoding, texts, deadlineMs);
  }

  /** Bytes that went through merging on this thread so far: bounded for each request. */
  get mergedHere(): number {
    let bytes = 0;
    for (const tokenizer of this.#tokenizers.values()) bytes += tokenizer.mergedBytes;
    return bytes;
  }

  async close(): Promise<void> {
    await this.#worker.close();
  }

  #countHere(texts: readonly string[], encoding: EncodingName, mergeBytes: number): readonly number[] | undefined {
    const tokenizer = this.#tokenizers.get(encoding);
    if (tokenizer === undefined) {
      // The thread loads it for the next ones.
      void this.warmUp(encoding);
      return undefined;
    }
    const end = tokenizer.mergedBytes + mergeBytes;
    const counts: number[] = [];
    for (const text of texts) {
      const count = tokenizer.count(text, end - tokenizer.mergedBytes);
      if (count === undefined) return undefined;
      counts.push(count);
    }
    return counts;
  }
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}
