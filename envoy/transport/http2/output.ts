import type { Socket } from "node:net";
import { Flag, FRAME_HEADER, FrameType } from "./constants";

type FrameTypeCode = (typeof FrameType)[keyof typeof FrameType];

const SLAB = 65_536;
/** Copying less than this is cheaper than one more element in a vectored write. */
const COPY_BELOW = 2048;
/** Waiting bytes of a connection from which on nothing more is asked for. */
const CONGESTED_FROM = 1 << 20;
/** Answers a peer can draw without being owed any: acknowledgements, refusals, errors. */
const MAX_FRAMES_UNREAD = 100_000;

/**
 * Everything a connection writes during one turn of the event loop leaves in one system call. Small pieces are copied
 * side by side into a slab whose sent part is never written again; large pieces are passed on as they are.
 */
export class Output {
  readonly #socket: Socket;
  #slab = Buffer.allocUnsafeSlow(SLAB);
  #sealed = 0;
  #used = 0;
  #queue: Uint8Array[] = [];
  #scheduled = false;
  #held = false;
  #queuedBytes = 0;
  #unread = 0;
  /** Somebody was told to wait. */
  #waitedFor = false;
  readonly #relieved: () => void;

  /** `relieved` is called when there is room again, if anybody found that there was none. */
  constructor(socket: Socket, relieved: () => void) {
    this.#socket = socket;
    this.#relieved = relieved;
    socket.on("drain", () => this.#relieve());
  }

  /** The peer does not read as fast as it is answered. */
  get congested(): boolean {
    if (this.#queuedBytes + this.#socket.writableLength <= CONGESTED_FROM) return false;
    this.#waitedFor = true;
    return true;
  }

  /** The peer asks for more and more while it reads nothing. */
  get flooded(): boolean {
    return this.#unread > MAX_FRAMES_UNREAD;
  }

  frame(length: number, type: FrameTypeCode, flags: number, streamId: number): void {
    if (type !== FrameType.DATA && this.congested) this.#unread++;
    const at = this.#claim(FRAME_HEADER);
    const slab = this.#slab;
    slab[at] = length >>> 16;
    slab[at + 1] = length >>> 8;
    slab[at + 2] = length;
    slab[at + 3] = type;
    slab[at + 4] = flags;
    slab[at + 5] = streamId >>> 24;
    slab[at + 6] = streamId >>> 16;
    slab[at + 7] = streamId >>> 8;
    slab[at + 8] = streamId;
  }

  windowUpdate(streamId: number, increment: number): void {
    this.frame(4, FrameType.WINDOW_UPDATE, Flag.NONE, streamId);
    this.uint32(increment);
  }

  uint32(value: number): void {
    const at = this.#claim(4);
    this.#slab.writeUInt32BE(value, at);
  }

  bytes(piece: Uint8Array): void {
    if (piece.length < COPY_BELOW) {
      const at = this.#claim(piece.length);
      this.#slab.set(piece, at);
    } else {
      this.#seal();
      this.#queue.push(piece);
      this.#queuedBytes += piece.length;
    }
  }

  /** Between `hold` and `release` nothing leaves; outside of them it leaves when the current callbacks are done. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.flush();
  }

  schedule(): void {
    if (this.#held || this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(() => this.flush());
  }

  flush(): void {
    this.#scheduled = false;
    this.#seal();
    const queue = this.#queue;
    if (queue.length === 0) return;
    this.#queue = [];
    this.#queuedBytes = 0;
    if (!this.#socket.writable) return;
    if (queue.length > 1) this.#socket.cork();
    for (const piece of queue) this.#socket.write(piece);
    if (queue.length > 1) this.#socket.uncork();
    this.#relieve();
  }

  #relieve(): void {
    if (!this.#waitedFor || this.congested) return;
    this.#waitedFor = false;
    this.#unread = 0;
    this.#relieved();
  }

  #claim(size: number): number {
    if (this.#used + size > SLAB) {
      this.#seal();
      this.#slab = Buffer.allocUnsafeSlow(SLAB);
      this.#sealed = 0;
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += size;
    return at;
  }

  #seal(): void {
    if (this.#used === this.#sealed) return;
    this.#queue.push(this.#slab.subarray(this.#sealed, this.#used));
    this.#sealed = this.#used;
  }
}
