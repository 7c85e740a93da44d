/** Answers of our own scripts. Anything else than they return is a defect, or somebody else's data under our keys. */

export function readNumber(answer: unknown): number {
  if (typeof answer !== "number") throw new TypeError("redis: expected a number");
  return answer;
}

export function readNumbers(answer: unknown): number[] {
  return readList(answer).map(readNumber);
}

export function readList(answer: unknown): unknown[] {
  if (!Array.isArray(answer)) throw new TypeError("redis: expected a list");
  return answer;
}

/** @returns bytes of the caller's own. */
export function readBytes(answer: unknown): Uint8Array {
  if (!Buffer.isBuffer(answer)) throw new TypeError("redis: expected bytes");
  return new Uint8Array(answer);
}
