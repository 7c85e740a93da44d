/**
 * Lines to a file descriptor, gathered: one system call a line would be the most expensive part of an exchange. Pipes and sockets
 * are written without blocking; when the reader does not keep up, lines beyond the bound are dropped and counted.
 */
import { fstatSync, writeSync } from "node:fs";
import { Socket } from "node:net";

/** A line is written at the latest after this time; a crash can cost the lines of such a while, an orderly end none. */
const FLUSH_AFTER_MS = 100;
/** Characters that wait at most before they are written at once. */
const GATHER = 16 * 1024;
/** Bytes a reader may be behind. */
const DEFAULT_BOUND = 8 * 1024 * 1024;

export class LineWriter {
  readonly #fd: number;
  readonly #bound: number;
  readonly #stream: Socket | undefined;
  #text = "";
  #timer: NodeJS.Timeout | undefined;
  #dropped = 0;
  #broken = false;

  constructor(fd: number, bound = DEFAULT_BOUND) {
    this.#fd = fd;
    this.#bound = bound;
    const kind = fstatSync(fd);
    if (!kind.isFIFO() && !kind.isSocket()) return;
    this.#stream = new Socket({ fd, readable: false, writable: true });
    // The reader is gone: there is nobody to tell.
    this.#stream.on("error", () => {
      this.#broken = true;
    });
    this.#stream.unref();
  }

  /** Lines that were given up because the reader was too far behind. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @param line with its line break */
  write(line: string): void {
    if (this.#stream !== undefined && (this.#broken || this.#stream.writableLength > this.#bound)) {
      this.#dropped += 1;
      return;
    }
    this.#text += line;
    if (this.#text.length >= GATHER) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_AFTER_MS).unref();
  }

  /** Everything written so far has left this process, or its reader is gone. */
  async close(): Promise<void> {
    this.#flush();
    const stream = this.#stream;
    if (stream === undefined || this.#broken) return;
    await new Promise<void>((resolve) => {
      stream.once("close", resolve);
      stream.end(() => resolve());
    });
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#text === "") return;
    const text = this.#text;
    this.#text = "";
    if (this.#stream === undefined) writeSync(this.#fd, text);
    else if (!this.#broken) this.#stream.write(text);
  }
}
