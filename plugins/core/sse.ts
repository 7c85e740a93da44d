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

/** A longer line's memory is given back once it is read. */
const KEPT_BYTES = 64 * 1024;

export class SseDecoder {
  readonly #maxEventBytes: number;
  /** The line that has begun but not ended. Grows by doubling, so that a line in many small chunks costs linear time and memory. */
  #held = Buffer.alloc(0);
  #heldBytes = 0;
  #skipLf = false;
  #first = true;
  #event = "";
  #data: string | undefined;
  #dataBytes = 0;

  /** @param maxEventBytes bound on one line and on one event's data, in UTF-8; over it the stream is refused as invalid. */
  constructor(maxEventBytes = 4 * 1024 * 1024) {
    this.#maxEventBytes = maxEventBytes;
  }

  /**
   * @param out where the events go; a caller that passes its own list also has those in front of an error.
   * @throws GraftError `upstream_invalid` when a line or event is over the bound; the decoder is of no use after that.
   */
  push(bytes: Uint8Array, out: SseEvent[] = []): SseEvent[] {
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

  /** Call once, when the stream has ended cleanly. @throws as `push`. */
  end(out: SseEvent[] = []): SseEvent[] {
    if (this.#heldBytes > 0) this.#line(this.#take(Buffer.alloc(0)), out);
    this.#dispatch(out);
    return out;
  }

  #hold(piece: Buffer): void {
    const bytes = this.#heldBytes + piece.length;
    if (bytes > this.#maxEventBytes) throw tooLong();
    if (bytes > this.#held.length) {
      const grown = Buffer.allocUnsafe(2 * bytes);
      this.#held.copy(grown, 0, 0, this.#heldBytes);
      this.#held = grown;
    }
    piece.copy(this.#held, this.#heldBytes);
    this.#heldBytes = bytes;
  }

  /** The whole line; valid until the next `#hold`. */
  #take(last: Buffer): Buffer {
    if (this.#heldBytes === 0) return last;
    if (last.length > 0) this.#hold(last);
    const line = this.#held.subarray(0, this.#heldBytes);
    this.#heldBytes = 0;
    if (this.#held.length > KEPT_BYTES) this.#held = Buffer.alloc(0);
    return line;
  }

  #line(raw: Buffer, out: SseEvent[]): void {
    let line = raw;
    if (line.length > this.#maxEventBytes) throw tooLong();
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
    this.#dataBytes += line.length - from + (this.#data === undefined ? 0 : 1);
    if (this.#dataBytes > this.#maxEventBytes) throw tooLong();
    this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
  }

  #dispatch(out: SseEvent[]): void {
    if (this.#data !== undefined) out.push({ event: this.#event, data: this.#data });
    this.#event = "";
    this.#data = undefined;
    this.#dataBytes = 0;
  }
}

function tooLong(): GraftError {
  return new GraftError("upstream_invalid", "The provider sent a stream event over the size limit.");
}

/** One event as text; `data` must not hold line breaks (JSON text never does). */
export function encodeSse(data: string, event?: string): string {
  return event === undefined ? `data: ${data}\n\n` : `event: ${event}\ndata: ${data}\n\n`;
}
