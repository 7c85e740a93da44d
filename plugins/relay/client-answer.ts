/** What the client gets: one head, then a body, with comments in between where a provider thinks for long. */
import type { ServerResponse } from "node:http";
import { EVENT_STREAM } from "../core/answer";
import type { HeaderMap } from "../core/provider";

/** Ends with a blank line, so that parsers that cut streams at blank lines see a block of its own. */
const COMMENT = Buffer.from(": keep-alive\n\n");
const LF = 10;

export interface KeepAlive {
  readonly afterMs: number;
  /** Of the head that a first comment needs, beside what makes it an event stream. */
  readonly headers: HeaderMap;
}

export class ClientAnswer {
  readonly #response: ServerResponse;
  #keepAlive: KeepAlive | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastWrite = 0;
  #atBoundary = true;
  #begunEarly = false;

  constructor(response: ServerResponse, keepAlive: KeepAlive | undefined) {
    this.#response = response;
    this.#keepAlive = keepAlive;
    if (keepAlive === undefined) return;
    this.#lastWrite = performance.now();
    this.#timer = setTimeout(() => this.#tick(keepAlive), keepAlive.afterMs);
  }

  /** A comment was sent in front of any answer: the status is 200, and what follows must be events. */
  get begunEarly(): boolean {
    return this.#begunEarly;
  }

  /** Nothing is sent any more. */
  get gone(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  head(status: number, headers: HeaderMap): void {
    if (!this.#response.headersSent) this.#response.writeHead(status, headers);
  }

  /** @returns false when the client is slower than the answer: wait for `drained` */
  write(bytes: Uint8Array): boolean {
    if (this.#keepAlive !== undefined) {
      this.#lastWrite = performance.now();
      this.#atBoundary = bytes.at(-1) === LF && bytes.at(-2) === LF;
    }
    return this.#response.write(bytes);
  }

  drained(then: () => void): void {
    this.#response.once("drain", then);
  }

  /** A whole answer in one piece. */
  whole(status: number, headers: HeaderMap, body: Uint8Array): void {
    this.stop();
    this.#response.writeHead(status, { ...headers, "content-length": body.length });
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
      if (this.#atBoundary && !this.#response.writableNeedDrain) {
        this.#begunEarly ||= !this.#response.headersSent;
        this.head(200, { ...keepAlive.headers, ...EVENT_STREAM });
        this.#response.write(COMMENT);
      }
    }
    this.#timer = setTimeout(() => this.#tick(keepAlive), next);
  }
}
