/** @returns the vector at length 1; undefined: it has no direction. */
export function unitVector(vector: Float32Array): Float32Array | undefined {
  let sum = 0;
  for (let at = 0; at < vector.length; at += 1) sum += (vector[at] ?? 0) ** 2;
  const length = Math.sqrt(sum);
  if (!(length > 0 && length < Number.POSITIVE_INFINITY)) return undefined;
  const unit = new Float32Array(vector.length);
  for (let at = 0; at < vector.length; at += 1) unit[at] = (vector[at] ?? 0) / length;
  return unit;
}

/** @throws RangeError */
export function needUnitVector(vector: Float32Array): Float32Array {
  const unit = unitVector(vector);
  if (unit === undefined) throw new RangeError("a vector of zeros, or with infinities, has no direction");
  return unit;
}

/** Rounding may take a cosine past its bounds. */
export function cosine(value: number): number {
  return Math.min(1, Math.max(-1, value));
}
