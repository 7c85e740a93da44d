/** Answers of a chat completions server → events. */
import { GraftError } from "../../core/errors";
import type { ChatEvent } from "../../core/events";
import type { DecodeContext, StreamDecoder } from "../../core/provider";
import { isObject } from "../../core/read-json";
import { type JsonEventReader, sseJsonDecoder, streamCutShort } from "../../core/sse-json";
import { inBandError } from "./decode-error";
import { AnswerReader } from "./read-answer";

/** @throws GraftError `upstream_invalid` when it is no answer; the provider's own error when a 200 carries one. */
export function decodeResponse(kind: string, body: unknown, context: DecodeContext): ChatEvent[] {
  if (!isObject(body)) throw new GraftError("upstream_invalid", "The provider's answer is not a JSON object.");
  const reader = new AnswerReader(kind, context);
  reader.read(body, true);
  const { choices } = body;
  if (!Array.isArray(choices) || choices.length === 0)
    throw new GraftError("upstream_invalid", "The provider's answer holds no choices.");
  reader.finish();
  return reader.take();
}

export function decodeStream(kind: string, context: DecodeContext): StreamDecoder {
  return sseJsonDecoder(new StreamReader(kind, context), context.maxEventBytes);
}

class StreamReader implements JsonEventReader {
  readonly #answer: AnswerReader;
  #failed: ChatEvent[] = [];
  #over = false;

  constructor(kind: string, context: DecodeContext) {
    this.#answer = new AnswerReader(kind, context);
  }

  read(data: { readonly [key: string]: unknown }, event: string): void {
    if (this.#over) return;
    const error = event === "error" ? inBandError(data, true) : undefined;
    if (error !== undefined) throw error;
    this.#answer.read(data, false);
  }

  /** `[DONE]` is the provider's word that the answer is complete, also where it gave no finish reason. */
  done(): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#answer.started) this.#answer.finish();
    else this.#failed.push(emptyStream());
  }

  /** Some servers send no `[DONE]`: then every choice must have finished. */
  end(): void {
    if (this.#over) return;
    if (this.#answer.finished) this.done();
    else this.#failed.push(this.#answer.started ? streamCutShort() : emptyStream());
  }

  take(): ChatEvent[] {
    return [...this.#answer.take(), ...this.#failed.splice(0)];
  }
}

function emptyStream(): ChatEvent {
  return { type: "error", error: new GraftError("upstream_invalid", "The provider's stream ended without an answer.") };
}
