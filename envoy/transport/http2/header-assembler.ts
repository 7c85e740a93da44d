import { ConnectionError, ErrorCode, Flag, FrameType } from "./constants";
import { MAX_HEADER_BYTES } from "./request-headers";

export interface HeaderBlock {
  readonly streamId: number;
  readonly endOfStream: boolean;
  readonly block: Buffer;
}

interface Open {
  readonly streamId: number;
  readonly endOfStream: boolean;
  readonly parts: Buffer[];
  size: number;
}

const PRIORITY_BYTES = 5;

/** A header block is one HEADERS frame and any number of CONTINUATION frames, with nothing between them. */
export class HeaderAssembler {
  #open: Open | undefined;

  get midBlock(): boolean {
    return this.#open !== undefined;
  }

  /** The block, once it is complete. The payload is only borrowed. */
  add(type: number, flags: number, streamId: number, payload: Buffer): HeaderBlock | undefined {
    if (type === FrameType.HEADERS) return this.#headers(flags, streamId, payload);
    const open = this.#open;
    if (open?.streamId !== streamId) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "unexpected CONTINUATION");
    this.#push(open, payload);
    if ((flags & Flag.END_HEADERS) === 0) return undefined;
    this.#open = undefined;
    return { streamId, endOfStream: open.endOfStream, block: Buffer.concat(open.parts) };
  }

  #headers(flags: number, streamId: number, payload: Buffer): HeaderBlock | undefined {
    const endOfStream = (flags & Flag.END_STREAM) !== 0;
    const block = fragment(flags, payload);
    if (flags & Flag.END_HEADERS) return { streamId, endOfStream, block };
    const open: Open = { streamId, endOfStream, parts: [], size: 0 };
    this.#push(open, block);
    this.#open = open;
    return undefined;
  }

  #push(open: Open, part: Buffer): void {
    open.size += part.length;
    // Nothing can be skipped here: without the whole block the table is lost, and with it the connection.
    if (open.size > MAX_HEADER_BYTES) throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, "header block too large");
    if (part.length === 0 && open.parts.length > 0) {
      throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, "empty CONTINUATION");
    }
    open.parts.push(Buffer.from(part));
  }
}

function fragment(flags: number, payload: Buffer): Buffer {
  let start = 0;
  let end = payload.length;
  if (flags & Flag.PADDED) end -= payload[start++] ?? end + 1;
  if (flags & Flag.PRIORITY) start += PRIORITY_BYTES;
  if (start > end) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "more padding than frame");
  return payload.subarray(start, end);
}
