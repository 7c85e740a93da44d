/** An answer that goes out in one piece, when its end is known: until then it can still turn out to be none. */
import { GraftError } from "../core/errors";
import type { AnswerHead, Pipeline } from "../core/pipeline";
import { clientHeaders } from "./client-headers";
import type { WholeAnswer } from "./deliver-whole";
import { Serial, type SerialEvents } from "./serial";
import type { AnswerReader, ProviderAnswer } from "./upstream";

export interface WholeParts {
  readonly pipeline: Pipeline;
  readonly answer: ProviderAnswer;
  readonly head: AnswerHead;
  readonly maxBytes: number;
}

/** What the client would get; when it turned out to be an error, that is in the exchange. Rejects with a GraftError when it broke off. */
export function readWhole(parts: WholeParts): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => parts.answer.read(new WholeReader(parts, resolve, reject)));
}

class WholeReader implements AnswerReader, SerialEvents {
  readonly #parts: WholeParts;
  readonly #resolve: (whole: WholeAnswer) => void;
  readonly #reject: (thrown: unknown) => void;
  readonly #serial = new Serial(this);
  readonly #held: Uint8Array[] = [];
  #size = 0;

  constructor(parts: WholeParts, resolve: (whole: WholeAnswer) => void, reject: (thrown: unknown) => void) {
    this.#parts = parts;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  data(bytes: Buffer): void {
    const { pipeline, answer } = this.#parts;
    this.#serial.add(() => {
      const out = pipeline.chunk(bytes);
      return out instanceof Promise ? out.then((made) => this.#hold(made)) : this.#hold(out);
    });
    if (this.#serial.busy) answer.pause();
  }

  end(): void {
    this.#serial.add(() => this.#finish().then(this.#resolve));
  }

  failed(error: GraftError): void {
    this.onThrown(error);
  }

  onIdle(): void {
    this.#parts.answer.resume();
  }

  onThrown(thrown: unknown): void {
    this.#parts.answer.abort();
    this.#reject(thrown);
  }

  #hold(bytes: Uint8Array): void {
    this.#size += bytes.length;
    if (this.#size <= this.#parts.maxBytes) this.#held.push(bytes);
    else this.onThrown(new GraftError("upstream_invalid", "The provider's answer is over the gateway's size limit."));
  }

  async #finish(): Promise<WholeAnswer> {
    const { pipeline, answer, head } = this.#parts;
    const tail = await pipeline.end();
    const headers = Object.assign(clientHeaders(answer.headers, head), tail.headers);
    // A status says that the tail is the whole answer.
    const held = tail.status === undefined ? this.#held : [];
    if (tail.body !== undefined) held.push(tail.body);
    const [first] = held;
    const body = held.length === 1 && first !== undefined ? first : Buffer.concat(held);
    return { status: tail.status ?? head.status, headers, body };
  }
}
