/** Vectors of questions: remembered, and asked for together with those of other exchanges. */
import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { type ErrorKind, type GraftError, toGraftError } from "../../../core/errors";
import type { Exchange } from "../../../core/exchange";
import type { Target } from "../../../core/target";
import type { EmbedOptions, SideCalls } from "../../../side-calls";

export interface EmbedderParts extends EmbedOptions {
  readonly sideCalls: Pick<SideCalls, "embed">;
  readonly target: Target;
  /** For vectors that are remembered. Default 32 MiB. */
  readonly maxBytes?: number;
  /** A question that comes alone waits so long for others. Default 3. */
  readonly batchMs?: number;
  /** Once for each error: calls that failed, and exchanges whose own rules forbid the target. */
  onTrouble(error: GraftError): void;
}

interface Waiting {
  readonly exchange: Exchange;
  readonly text: string;
  resolve(vector: Float32Array | undefined): void;
}

/** UTF-16 units. Models read some 8,000 tokens at most, small ones a few hundred; and whoever writes that much does not ask it twice. */
export const LONGEST_TEXT = 8000;
/** What servers take at once without being told otherwise. */
const MOST_TEXTS = 32;
const DEFAULT_BYTES = 32 * 1024 * 1024;
/** Key and bookkeeping of one vector, roughly. */
const OVERHEAD_BYTES = 250;
/** One text may be to blame for these, and the others need not suffer for it. */
const MAY_BE_ONE_TEXT: ReadonlySet<ErrorKind> = new Set(["bad_request", "context_length", "content_blocked", "too_large"]);

export class Embedder {
  readonly #parts: EmbedderParts;
  readonly #known: LRUCache<string, Float32Array>;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: EmbedderParts) {
    this.#parts = parts;
    this.#known = new LRUCache<string, Float32Array>({
      maxSize: parts.maxBytes ?? DEFAULT_BYTES,
      sizeCalculation: (vector) => vector.byteLength + OVERHEAD_BYTES,
    });
  }

  /**
   * @param text as it may leave: redacted.
   * @returns undefined: there is none, for nothing to read, too much of it, or trouble. The vector is shared: not to be changed.
   */
  embed(exchange: Exchange, text: string): Promise<Float32Array | undefined> {
    if (text.trim() === "" || text.length > LONGEST_TEXT) return Promise.resolve(undefined);
    const known = this.#known.get(keyOf(text));
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => {
      this.#waiting.push({ exchange, text, resolve });
      if (this.#waiting.length >= MOST_TEXTS) this.#send();
      else this.#timer ??= setTimeout(() => this.#send(), this.#parts.batchMs ?? 3);
    });
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#waiting;
    this.#waiting = [];
    void this.#ask(batch);
  }

  /** Never rejects, and resolves all. */
  async #ask(batch: readonly Waiting[]): Promise<void> {
    const { sideCalls, target, purpose, timeoutMs, dimensions, onTrouble } = this.#parts;
    const found = await sideCalls
      .embed(target, batch, { purpose, timeoutMs, dimensions })
      .catch((thrown: unknown) => batch.map(() => toGraftError(thrown)));
    const troubles = new Set<GraftError>();
    batch.forEach((waiting, index) => {
      const it = found[index];
      if (it instanceof Float32Array) {
        this.#known.set(keyOf(waiting.text), it);
        waiting.resolve(it);
      } else if (it !== undefined && batch.length > 1 && MAY_BE_ONE_TEXT.has(it.kind)) {
        void this.#ask([waiting]);
      } else {
        if (it !== undefined) troubles.add(it);
        waiting.resolve(undefined);
      }
    });
    for (const error of troubles) onTrouble(error);
  }
}

/** Of one target there is one embedder: the text says it all. */
function keyOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
