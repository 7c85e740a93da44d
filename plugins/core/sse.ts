/**
 * Server-sent events, the only place that knows them. Follows the WHATWG event-stream grammar: lines end in CR, LF or CRLF
 * (a CRLF may be split over two chunks), a BOM may lead, comments are skipped, several `data:` lines join with LF. Unlike the
 * grammar, an event that the stream ends on without its blank line still counts: providers do that.
 */
import { GraftError } from "./errors";

export interface SseEvent {
  /** The `event:` field, empty when there was none. */
  readonly event: string;
  readonly data: string;
}

const LF = 10;
const CR = 13;
const COLON = 58;
const SPACE = 32;

export class SseDecoder {
  readonly #maxEventBytes: number;
  /** The line that has begun but not ended, in pieces: joined once, so that a line in many chunks stays linear. */
  #pieces: Uint8Array[] = [];
  #held = 0;
  #skipLf = false;
  #first = true;
  #event = "";
  #data: string | undefined;

  /** @param maxEventBytes bound on one line and on one event's data; over it the stream is refused as invalid. */
  constructor(maxEventBytes = 4 * 1024 * 1024) {
    this.#maxEventBytes = maxEventBytes;
  }

  /** @throws GraftError `upstream_invalid` when a line or event is over the bound. */
  push(bytes: Uint8Array): SseEvent[] {
    const out: SseEvent[] = [];
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    if (this.#skipLf && chunk.length > 0) {
      if (chunk[0] === LF) at = 1;
      this.#skipLf = false;
    }
    let lf = chunk.indexOf(LF, at);
    let cr = chunk.indexOf(CR, at);
    while (lf !== -1 || cr !== -1) {
      const end = lf === -1 || (cr !== -1 && cr < lf) ? cr : lf;
      this.#line(this.#take(chunk.subarray(at, end)), out);
      at = end + 1;
      if (end === cr) {
        if (at === chunk.length) this.#skipLf = true;
        else if (chunk[at] === LF) at += 1;
      }
      if (lf !== -1 && lf < at) lf = chunk.indexOf(LF, at);
      if (cr !== -1 && cr < at) cr = chunk.indexOf(CR, at);
    }
    if (at < chunk.length) this.#hold(chunk.subarray(at));
    return out;
  }

  /** Call once, when the stream has ended cleanly. */
  end(): SseEvent[] {
    const out: SseEvent[] = [];
    if (this.#held > 0) this.#line(this.#take(Buffer.alloc(0)), out);
    this.#dispatch(out);
    return out;
  }

  #hold(piece: Uint8Array): void {
    this.#held += piece.length;
    if (this.#held > this.#maxEventBytes) throw tooLong();
    // A copy: the host may reuse the memory of its chunk.
    this.#pieces.push(Uint8Array.from(piece));
  }

  #take(last: Buffer): Buffer {
    if (this.#held === 0) return last;
    const line = Buffer.concat([...this.#pieces, last]);
    this.#pieces = [];
    this.#held = 0;
    return line;
  }

  #line(raw: Buffer, out: SseEvent[]): void {
    let line = raw;
    if (this.#first) {
      this.#first = false;
      if (line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf) line = line.subarray(3);
    }
    if (line.length === 0) {
      this.#dispatch(out);
      return;
    }
    const colon = line.indexOf(COLON);
    if (colon === 0) return;
    const field = colon === -1 ? line.toString("latin1") : line.toString("latin1", 0, colon);
    if (field !== "data" && field !== "event") return;
    const from = colon === -1 ? line.length : line[colon + 1] === SPACE ? colon + 2 : colon + 1;
    const value = line.toString("utf8", from);
    if (field === "event") {
      this.#event = value;
      return;
    }
    this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    if (this.#data.length > this.#maxEventBytes) throw tooLong();
  }

  #dispatch(out: SseEvent[]): void {
    if (this.#data !== undefined) out.push({ event: this.#event, data: this.#data });
    this.#event = "";
    this.#data = undefined;
  }
}

function tooLong(): GraftError {
  return new GraftError("upstream_invalid", "The provider sent a stream event over the size limit.");
}

/** One event as text; `data` must not hold line breaks (JSON text never does). */
export function encodeSse(data: string, event?: string): string {
  return event === undefined ? `data: ${data}\n\n` : `event: ${event}\ndata: ${data}\n\n`;
}
