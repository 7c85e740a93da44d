import { ConnectionError, ErrorCode } from "./constants";

/**
 * Bit lengths of the HPACK code for each byte value and, last, for end-of-string (RFC 7541, appendix B). The code is
 * canonical, so that the lengths define it: codes are handed out by length, then by symbol.
 */
const LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
  6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22,
  23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22,
  21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26,
  27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26,
  26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];
const END_OF_STRING = 256;
const MAX_PADDING_BITS = 7;

/** Two entries a node: where a 0 and a 1 lead. Below zero is a leaf: -1 - symbol. */
const TREE = buildTree();

function buildTree(): Int16Array {
  const tree = new Int16Array(2 * 256 + 2);
  let nodes = 1;
  let code = 0;
  let length = 0;
  const bySymbol = LENGTHS.map((bits, symbol) => ({ bits, symbol })).sort((a, b) => a.bits - b.bits || a.symbol - b.symbol);
  for (const { bits, symbol } of bySymbol) {
    code <<= bits - length;
    length = bits;
    let node = 0;
    for (let bit = bits - 1; bit > 0; bit--) {
      const branch = node * 2 + ((code >>> bit) & 1);
      if (tree[branch] === 0) tree[branch] = nodes++;
      node = tree[branch] as number;
    }
    tree[node * 2 + (code & 1)] = -1 - symbol;
    code++;
  }
  return tree;
}

/** Every five bits make at most one character. */
export function decodeHuffman(bytes: Buffer, start: number, end: number): string {
  const out = Buffer.allocUnsafe(Math.ceil(((end - start) * 8) / 5));
  let length = 0;
  let node = 0;
  let bitsSinceSymbol = 0;
  let onlyOnes = true;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    for (let shift = 7; shift >= 0; shift--) {
      const bit = (byte >>> shift) & 1;
      const next = TREE[node * 2 + bit] as number;
      if (next < 0) {
        if (next === -1 - END_OF_STRING) throw new ConnectionError(ErrorCode.COMPRESSION_ERROR, "end of string inside a string");
        out[length++] = -1 - next;
        node = 0;
        bitsSinceSymbol = 0;
        onlyOnes = true;
      } else {
        node = next;
        bitsSinceSymbol++;
        if (bit === 0) onlyOnes = false;
      }
    }
  }
  if (bitsSinceSymbol > MAX_PADDING_BITS || !onlyOnes) {
    throw new ConnectionError(ErrorCode.COMPRESSION_ERROR, "bad padding of a compressed string");
  }
  return out.toString("latin1", 0, length);
}
