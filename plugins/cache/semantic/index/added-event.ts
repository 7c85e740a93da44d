/** An added vector as it stands in a partition's stream. */
import type { NewVector } from "./vector-index";

/** Format, expiry, length of the id. Then the id, then floats, all little-endian. */
const HEAD_BYTES = 1 + 8 + 2;
const FORMAT = 1;
const LONGEST_ID = 1024;

/** @throws RangeError for an id of more than 1024 bytes */
export function encodeAdded({ id, vector, expiresAt }: NewVector): Buffer {
  const idBytes = Buffer.from(id);
  if (idBytes.length > LONGEST_ID) throw new RangeError(`an id has at most ${LONGEST_ID} bytes`);
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt8(FORMAT);
  head.writeDoubleLE(expiresAt, 1);
  head.writeUInt16LE(idBytes.length, 9);
  return Buffer.concat([head, idBytes, bytesOf(vector)]);
}

/** @returns undefined: not from us, or another version's, or not of this length. */
export function decodeAdded(bytes: Uint8Array, dimensions: number): NewVector | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < HEAD_BYTES || buffer.readUInt8() !== FORMAT) return undefined;
  const expiresAt = buffer.readDoubleLE(1);
  const end = HEAD_BYTES + buffer.readUInt16LE(9);
  if (!Number.isFinite(expiresAt) || buffer.length !== end + 4 * dimensions) return undefined;
  // A copy: floats must begin at a multiple of four.
  const vector = new Float32Array(new Uint8Array(buffer.subarray(end)).buffer);
  return { id: buffer.toString("utf8", HEAD_BYTES, end), vector, expiresAt };
}

/** As Redis takes vectors too. */
export function bytesOf(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}
