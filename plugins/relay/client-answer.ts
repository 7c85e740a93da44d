/** What the client gets: one head, then a body, with comments in between where a provider thinks for long. */
import type { ServerResponse } from "node:http";
import { EVENT_STREAM } from "../core/answer";
import type { HeaderMap } from "../core/provider";

/** Ends with a blank line, so that parsers that cut streams at blank lines see a block of its own. */
const COMMENT = Buffer.from(": keep-alive\n\n");
/** Two line ends, of which a CRLF is one. */
const BLANK_LINE = /(?:\n|\r(?!\n))(?:\r\n|\n|\r)$/;
const BLANK_LINE_BYTES = 4;

export interface KeepAlive {
  readonly afterMs: number;
  /** Of the head that a first comment needs, beside what makes it an event stream. */
  readonly headers: HeaderMap;
}

export class ClientAnswer {
  readonly #response: ServerResponse;
  readonly #streamHeaders: HeaderMap;
  #keepAlive: KeepAlive | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastWrite = 0;
  /** The last bytes written, as far as they tell whether an event has ended. */
  #last = "\n\n";
  #begunEarly = false;

  /** @param streamHeaders for the gateway in front, with every stream */
  constructor(response: ServerResponse, keepAlive: KeepAlive | undefined, streamHeaders: HeaderMap = {}) {
    this.#response = response;
    this.#streamHeaders = streamHeaders;
    this.#keepAlive = keepAlive;
    if (keepAlive === undefined) return;
    this.#lastWrite = performance.now();
    this.#timer = setTimeout(() => this.#tick(keepAlive), keepAlive.afterMs);
  }

  /** A comment was sent in front of any answer: the status is 200, and what follows must be events. */
  get begunEarly(): boolean {
    return this.#begunEarly;
  }

  /** A head was sent. */
  get begun(): boolean {
    return this.#response.headersSent;
  }

  /** Nothing is sent any more. */
  get gone(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  /** Of a stream. */
  head(status: number, headers: HeaderMap): void {
    if (!this.#response.headersSent) this.#response.writeHead(status, Object.assign({}, headers, this.#streamHeaders));
  }

  /** @returns false when the client is slower than the answer: wait for `drained` */
  write(bytes: Uint8Array): boolean {
    if (this.#keepAlive !== undefined) {
      this.#lastWrite = performance.now();
      const last = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1", bytes.length - BLANK_LINE_BYTES);
      this.#last = (this.#last + last).slice(-BLANK_LINE_BYTES);
    }
    return this.#response.write(bytes);
  }

  /** Also when the client goes: it takes nothing any more, and there is nothing to wait for. */
  drained(then: () => void): void {
    const once = (): void => {
      this.#response.off("drain", once).off("close", once);
      then();
    };
    this.#response.on("drain", once).on("close", once);
  }

  /** A whole answer in one piece. */
  whole(status: number, headers: HeaderMap, body: Uint8Array): void {
    this.stop();
    this.#response.writeHead(status, Object.assign({}, headers, { "content-length": body.length }));
    this.#response.end(body);
  }

  end(bytes?: Uint8Array): void {
    this.stop();
    if (bytes === undefined) this.#response.end();
    else this.#response.end(bytes);
  }

  /** No more comments. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#keepAlive = undefined;
  }

  #tick(keepAlive: KeepAlive): void {
    if (this.gone || this.#keepAlive === undefined) return;
    const silent = performance.now() - this.#lastWrite;
    let next = keepAlive.afterMs - silent;
    if (next <= 0) {
      next = keepAlive.afterMs;
      // Inside an event, a blank line would end it too early; a client that does not read needs no comments.
      if (BLANK_LINE.test(this.#last) && !this.#response.writableNeedDrain) {
        this.#begunEarly ||= !this.#response.headersSent;
        this.head(200, { ...keepAlive.headers, ...EVENT_STREAM });
        this.#response.write(COMMENT);
      }
    }
    this.#timer = setTimeout(() => this.#tick(keepAlive), next);
  }
}
