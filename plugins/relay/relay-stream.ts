/** A stream, piece by piece; nothing of it reaches the client before the provider has really begun to answer. */
import { GraftError } from "../core/errors";
import type { AnswerHead, Pipeline } from "../core/pipeline";
import type { Scout } from "../core/scout";
import type { ClientAnswer } from "./client-answer";
import { clientHeaders } from "./client-headers";
import { deliverWhole } from "./deliver-whole";
import { Serial } from "./serial";
import type { AnswerReader, ProviderAnswer } from "./upstream";

export interface StreamParts {
  readonly pipeline: Pipeline;
  readonly answer: ProviderAnswer;
  readonly client: ClientAnswer;
  /** Says when the answer has begun; absent where that cannot be told, then `head` is there. */
  readonly scout?: Scout;
  readonly head?: AnswerHead;
}

/** Resolves with the reason when the stream failed before anything was sent; rejects with what is our own fault, at any time. */
export function relayStream(parts: StreamParts): Promise<GraftError | undefined> {
  return new Promise((resolve, reject) => parts.answer.read(new StreamRelay(parts, { resolve, reject })));
}

interface Done {
  resolve(failure: GraftError | undefined): void;
  reject(thrown: unknown): void;
}

class StreamRelay implements AnswerReader {
  readonly #parts: StreamParts;
  readonly #done: Done;
  readonly #serial: Serial;
  /** What came before the answer began. */
  #held: Buffer[] | undefined = [];
  #congested = false;
  #over = false;

  constructor(parts: StreamParts, done: Done) {
    this.#parts = parts;
    this.#done = done;
    this.#serial = new Serial({ onIdle: () => this.#flow(), onThrown: (thrown) => this.#break(thrown) });
    if (parts.head !== undefined) this.#begin();
  }

  data(bytes: Buffer): void {
    if (this.#over) return;
    if (this.#held === undefined) {
      this.#serial.add(() => this.#forward(bytes));
      if (this.#serial.busy) this.#parts.answer.pause();
      return;
    }
    this.#held.push(bytes);
    const verdict = this.#parts.scout?.push(bytes);
    if (verdict instanceof GraftError) this.#giveUp(verdict);
    else if (verdict === "answers") this.#begin();
  }

  end(): void {
    if (this.#over) return;
    if (this.#held !== undefined) {
      const verdict = this.#parts.scout?.end();
      if (verdict instanceof GraftError) {
        this.#giveUp(verdict);
        return;
      }
      this.#begin();
    }
    this.#serial.add(() => this.#finish(undefined));
  }

  failed(error: GraftError): void {
    if (this.#over) return;
    if (this.#held !== undefined) this.#giveUp(error);
    else this.#serial.add(() => this.#finish(error));
  }

  /** From here on there is no other target. */
  #begin(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    const { pipeline, answer, client } = this.#parts;
    answer.begun();
    this.#serial.add(async () => {
      const head = this.#parts.head ?? (await pipeline.response(answer.status, answer.headers));
      if (head.delivery === "whole") await this.#refused(head);
      else client.head(head.status, clientHeaders(answer.headers, head));
    });
    for (const bytes of held) this.#serial.add(() => this.#forward(bytes));
    if (this.#serial.busy) answer.pause();
  }

  /** A plugin will not have this answer. */
  async #refused(head: AnswerHead): Promise<void> {
    const { pipeline, answer, client } = this.#parts;
    answer.abort();
    this.#over = true;
    const tail = await pipeline.end();
    const headers = { ...head.set, ...tail.headers };
    deliverWhole(pipeline, client, { status: tail.status ?? head.status, headers, body: tail.body });
    this.#done.resolve(undefined);
  }

  #forward(bytes: Uint8Array): void | Promise<void> {
    if (this.#over) return;
    const out = this.#parts.pipeline.chunk(bytes);
    if (out instanceof Promise) return out.then((made) => this.#write(made));
    this.#write(out);
  }

  #write(bytes: Uint8Array): void {
    const { client, pipeline, answer } = this.#parts;
    if (this.#over || client.gone) return;
    if (bytes.length > 0 && !client.write(bytes) && !this.#congested) {
      this.#congested = true;
      client.drained(() => {
        this.#congested = false;
        this.#flow();
      });
      this.#flow();
    }
    // An error event was the last one.
    if (!pipeline.closed) return;
    answer.abort();
    this.#end(undefined);
  }

  /** The provider's body has ended; `failure` = it broke off. */
  async #finish(failure: GraftError | undefined): Promise<void> {
    if (this.#over) return;
    const tail = await this.#parts.pipeline.end(failure);
    this.#end(tail.body);
  }

  #end(last: Uint8Array | undefined): void {
    this.#over = true;
    const { pipeline, client } = this.#parts;
    const { error, attempt } = pipeline.exchange;
    // Too late for this client; the next one may be spared it.
    if (error?.retryable === true && attempt !== undefined) pipeline.attemptDied(attempt.number, error);
    if (!client.gone) client.end(last);
    this.#done.resolve(undefined);
  }

  #giveUp(error: GraftError): void {
    this.#over = true;
    this.#held = undefined;
    this.#parts.answer.abort();
    this.#done.resolve(error);
  }

  #break(thrown: unknown): void {
    this.#over = true;
    this.#parts.answer.abort();
    this.#done.reject(thrown);
  }

  #flow(): void {
    if (this.#congested || this.#serial.busy) this.#parts.answer.pause();
    else this.#parts.answer.resume();
  }
}
