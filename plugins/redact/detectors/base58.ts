/** Base58Check, as Bitcoin writes addresses: a version byte, 20 bytes, and four bytes of a double SHA-256. */
import { createHash } from "node:crypto";

const CHARACTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BYTES = 25;

/** @returns the version byte of an address whose check sum is right */
export function base58Version(address: string): number | undefined {
  const bytes = new Uint8Array(BYTES);
  for (const character of address) {
    let carry = CHARACTERS.indexOf(character);
    if (carry === -1) return undefined;
    for (let index = BYTES - 1; index >= 0; index -= 1) {
      carry += bytes[index]! * 58;
      bytes[index] = carry & 255;
      carry >>= 8;
    }
    if (carry !== 0) return undefined;
  }
  const sum = sha256(sha256(bytes.subarray(0, BYTES - 4))).subarray(0, 4);
  return sum.equals(bytes.subarray(BYTES - 4)) ? bytes[0] : undefined;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
