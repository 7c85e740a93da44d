/**
 * Watches a stream that passes through. Whole lines go on as they came; a line that has not ended is held back until it has (it
 * may be the chunk that must go, and a stream that dies inside a line can then end in an error clients can read). Only the first
 * chunk and those that may hold more than a piece of the answer are parsed: the rest is told apart by two string searches.
 */
import type { JsonObject } from "../../core/chat";
import { GraftError } from "../../core/errors";
import type { Usage } from "../../core/events";
import { HeldBytes } from "../../core/held-bytes";
import type { Tap } from "../../core/provider";
import { arrayAt, isObject, stringAt } from "../../core/read-json";
import { encodeSse } from "../../core/sse";
import { TapFacts } from "./tap-facts";

const LF = 10;
const CR = 13;
const NOTHING = Buffer.alloc(0);

interface Line {
  readonly start: number;
  readonly end: number;
}

export class StreamTap implements Tap {
  readonly #dropUsageChunk: boolean;
  readonly #maxLineBytes: number;
  readonly #facts = new TapFacts();
  readonly #held = new HeldBytes();
  /** The natural end was seen: `[DONE]`, or a finish reason from servers that do not send it. */
  #complete = false;
  /** A chunk was dropped at the end of the last piece: its blank line must go too. */
  #skipBlank = false;

  /** @param maxLineBytes a longer line is passed on in pieces, and nothing is read from it. */
  constructor(dropUsageChunk: boolean, maxLineBytes: number) {
    this.#dropUsageChunk = dropUsageChunk;
    this.#maxLineBytes = maxLineBytes;
  }

  push(bytes: Uint8Array): Uint8Array {
    const chunk = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = afterLastLine(chunk);
    if (end === 0) return this.#hold(chunk);
    const sifted = this.#sift(this.#withHeld(end === chunk.length ? chunk : chunk.subarray(0, end)));
    if (end === chunk.length) return sifted;
    const overlong = this.#hold(chunk.subarray(end));
    return overlong.length === 0 ? sifted : Buffer.concat([sifted, overlong]);
  }

  end(failure?: GraftError): Uint8Array {
    const rest = this.#sift(this.#held.take());
    if (this.#complete || this.#facts.error !== undefined) return rest;
    const error = failure ?? new GraftError("upstream_failed", "The provider's stream ended before the answer was complete.");
    this.#facts.error = error;
    // Without the rest, which is half a line: it would break the client's parser before it reads this.
    const { message, type, code } = error;
    return Buffer.from(`\n${encodeSse(JSON.stringify({ error: { message, type, param: null, code } }))}`);
  }

  get usage(): Usage | undefined {
    return this.#facts.usage;
  }

  get model(): string | undefined {
    return this.#facts.model;
  }

  get error(): GraftError | undefined {
    return this.#facts.error;
  }

  #hold(piece: Buffer): Buffer {
    this.#held.add(piece);
    return this.#held.length > this.#maxLineBytes ? this.#held.take() : NOTHING;
  }

  #withHeld(lines: Buffer): Buffer {
    if (this.#held.length === 0) return lines;
    this.#held.add(lines);
    return this.#held.take();
  }

  /** Whole lines in, the same without usage chunks nobody asked for out. */
  #sift(lines: Buffer): Buffer {
    const drop = this.#read(lines);
    let at = this.#skipBlank ? skipLineEnds(lines, 0) : 0;
    if (at < lines.length) this.#skipBlank = false;
    if (at === 0 && drop.length === 0) return lines;
    const kept: Buffer[] = [];
    for (const { start, end } of drop) {
      kept.push(lines.subarray(at, start));
      at = skipLineEnds(lines, end);
      this.#skipBlank = at === lines.length;
    }
    kept.push(lines.subarray(at));
    return Buffer.concat(kept);
  }

  /** Reads what is worth reading; returns the lines to drop. One character of `text` is one byte. */
  #read(lines: Buffer): Line[] {
    const drop: Line[] = [];
    const text = lines.toString("latin1");
    const mark = text.includes("\n") ? "\n" : "\r";
    for (let start = 0; start < text.length; ) {
      const found = text.indexOf(mark, start);
      const end = found === -1 ? text.length : found;
      const line = text.slice(start, end);
      if (line.startsWith("data:") && (this.#facts.model === undefined || !isPlainPiece(line))) {
        const chunk = this.#readData(lines.toString("utf8", start + "data:".length, end));
        if (this.#dropUsageChunk && chunk !== undefined && isUsageChunk(chunk)) drop.push({ start, end });
      }
      start = end + 1;
    }
    return drop;
  }

  #readData(data: string): JsonObject | undefined {
    const chunk = this.#facts.read(data);
    this.#complete ||= chunk === undefined ? data.trim() === "[DONE]" : arrayAt(chunk, "choices").some(isFinished);
    return chunk;
  }
}

/**
 * A chunk with a piece of the answer and nothing else, in either spacing. Inside a JSON string every quote is escaped, so that
 * what the model says cannot look like these members.
 */
function isPlainPiece(line: string): boolean {
  return (
    (line.includes(`"finish_reason":null`) && !line.includes(`"usage":{`)) ||
    (line.includes(`"finish_reason": null`) && !line.includes(`"usage": {`))
  );
}

/** The chunk that `include_usage` adds. */
function isUsageChunk(chunk: JsonObject): boolean {
  const { choices, usage } = chunk;
  return Array.isArray(choices) && choices.length === 0 && isObject(usage);
}

/** An empty finish reason is some servers' null. */
function isFinished(choice: unknown): boolean {
  return isObject(choice) && (stringAt(choice, "finish_reason") ?? "") !== "";
}

/** One past the last line end; 0 when no line ends here. */
function afterLastLine(bytes: Buffer): number {
  const lf = bytes.lastIndexOf(LF);
  return (lf === -1 ? bytes.lastIndexOf(CR) : lf) + 1;
}

/** The first place at or after `from` that is no line end. */
function skipLineEnds(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === LF || bytes[at] === CR) at += 1;
  return at;
}
