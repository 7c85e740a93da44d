import type { GraftError } from "../../plugins/core/errors";
import type { HeaderMap } from "../../plugins/core/provider";
import type { AnswerReader, ProviderAnswer } from "../../plugins/relay/upstream";

/** A provider's answer that a test speaks for, piece by piece; keeps the promises of ProviderAnswer. */
export class FakeAnswer implements ProviderAnswer {
  readonly status: number;
  readonly headers: HeaderMap;
  reader: AnswerReader | undefined;
  paused = false;
  aborted = false;
  hasBegun = false;

  constructor(headers: HeaderMap, status = 200) {
    this.headers = headers;
    this.status = status;
  }

  read(reader: AnswerReader): void {
    this.reader = reader;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  abort(): void {
    this.aborted = true;
  }

  begun(): void {
    this.hasBegun = true;
  }

  say(...pieces: readonly (string | Uint8Array)[]): void {
    for (const piece of pieces) if (!this.aborted) this.reader?.data(Buffer.from(piece as string));
  }

  end(): void {
    if (!this.aborted) this.reader?.end();
  }

  fail(error: GraftError): void {
    if (!this.aborted) this.reader?.failed(error);
  }
}
