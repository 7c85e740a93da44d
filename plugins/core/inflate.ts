/** Decompresses an answer piece by piece, for providers that compress although `accept-encoding: identity` was sent. */
import { createBrotliDecompress, createGunzip, createInflate, constants as zlib } from "node:zlib";
import type { Bounds } from "./bounds";
import { GraftError } from "./errors";

export interface Inflater {
  /** What came out so far. @throws GraftError `upstream_invalid` for bad data or a decompression bomb. */
  push(bytes: Uint8Array): Promise<Buffer>;
  /** The rest. @throws also when the compressed data was cut short */
  end(): Promise<Buffer>;
}

/** Below this much output the ratio says nothing: small repetitive answers compress well. */
const RATIO_FROM_BYTES = 1024 * 1024;

/** @param encoding `content-encoding` of the answer; `undefined` or `identity` needs no inflater. */
export function createInflater(encoding: string | undefined, bounds: Bounds): Inflater | undefined {
  const name = encoding?.trim().toLowerCase();
  if (name === undefined || name === "" || name === "identity") return undefined;
  const stream =
    name === "gzip" || name === "x-gzip"
      ? createGunzip({ flush: zlib.Z_SYNC_FLUSH })
      : name === "deflate"
        ? createInflate({ flush: zlib.Z_SYNC_FLUSH })
        : name === "br"
          ? createBrotliDecompress({ flush: zlib.BROTLI_OPERATION_FLUSH })
          : undefined;
  if (stream === undefined)
    throw new GraftError("upstream_invalid", "The provider's answer uses a content encoding the gateway does not know.");

  let out: Buffer[] = [];
  let failure: unknown;
  let bytesIn = 0;
  let bytesOut = 0;
  let bytesHeld = 0;
  stream.on("data", (piece: Buffer) => {
    bytesOut += piece.length;
    bytesHeld += piece.length;
    const isBomb = bytesOut > RATIO_FROM_BYTES && bytesOut > bytesIn * bounds.maxInflateRatio;
    // One piece may be a whole answer: what it unfolds to is held in memory before anybody can look at its size.
    if (isBomb || bytesHeld > bounds.maxResponseBytes) {
      failure = new Error(isBomb ? "decompression bomb" : "over the size limit");
      stream.destroy();
      return;
    }
    out.push(piece);
  });
  stream.on("error", (error) => {
    failure = error;
  });

  const settle = (run: (done: () => void) => void): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const done = (): void => {
        stream.off("close", done);
        if (failure !== undefined) {
          reject(new GraftError("upstream_invalid", "The provider's compressed answer could not be read.", { cause: failure }));
          return;
        }
        const pieces = out;
        out = [];
        bytesHeld = 0;
        resolve(Buffer.concat(pieces));
      };
      stream.on("close", done);
      if (failure === undefined && !stream.destroyed) run(done);
      else done();
    });

  return {
    push: (bytes) => {
      bytesIn += bytes.length;
      return settle((done) => stream.write(bytes, () => setImmediate(done)));
    },
    // Done when the stream closes: "finish" comes before the last of the output, and before the news that the input was cut short.
    end: () => settle(() => stream.end()),
  };
}
