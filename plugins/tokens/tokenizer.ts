import type { Tables } from "./load-tables";
import { MergeCounter } from "./merge-count";
import { PieceSplitter } from "./split-pieces";
import { NO_RANK, rankOf, type Vocabulary } from "./vocabulary";

/** Longer pieces are cut: their count may be a few tokens too high for each cut, but memory stays bounded. */
const LONGEST_PIECE = 2 ** 20;
/** Texts up to this share one buffer. UTF-8 takes at most 3 bytes a UTF-16 unit. */
const SHARED_BYTES = 32 * 1024;

/** Counts as OpenAI's own encoder does, in time near linear to the text, whatever the text. Special tokens in it are plain text. */
export class Tokenizer {
  readonly #vocabulary: Vocabulary;
  readonly #splitter: PieceSplitter;
  readonly #merger: MergeCounter;
  readonly #shared = Buffer.allocUnsafe(SHARED_BYTES);

  constructor({ encoding, charClasses, vocabulary }: Tables) {
    this.#vocabulary = vocabulary;
    this.#splitter = new PieceSplitter(encoding, charClasses);
    this.#merger = new MergeCounter(vocabulary);
  }

  /** Bytes that went through merging so far: the work that was done here. */
  get mergedBytes(): number {
    return this.#merger.bytes;
  }

  /** @returns the number of tokens */
  count(text: string): number;
  /**
   * @param budget bytes that may go through merging, which is what costs: about 0.6 µs each on a slow core
   * @returns `undefined` when it would be more
   */
  count(text: string, budget: number): number | undefined;
  count(text: string, budget = Number.POSITIVE_INFINITY): number | undefined {
    const bytes = 3 * text.length <= SHARED_BYTES ? this.#shared : Buffer.from(text, "utf8");
    const length = bytes === this.#shared ? bytes.write(text, "utf8") : bytes.length;
    this.#splitter.begin(bytes, length);
    let tokens = 0;
    let left = budget;
    for (let from = 0; from < length; ) {
      const to = this.#splitter.next(from);
      if (rankOf(this.#vocabulary, bytes, from, to) !== NO_RANK) {
        tokens += 1;
      } else {
        left -= to - from;
        if (left < 0) return undefined;
        tokens += this.#merge(bytes, from, to);
      }
      from = to;
    }
    return tokens;
  }

  #merge(bytes: Uint8Array, from: number, to: number): number {
    let tokens = 0;
    for (let at = from; at < to; at += LONGEST_PIECE) tokens += this.#merger.count(bytes, at, Math.min(to, at + LONGEST_PIECE));
    return tokens;
  }
}
