/** For building values whose optional fields must be absent, not `undefined` (`exactOptionalPropertyTypes`). */
export type Compact<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The same value without the keys that hold `undefined`. Only for object literals of our own, never for client objects. */
export function compact<T extends object>(value: T): Compact<T> {
  const out: { [key: string]: unknown } = {};
  for (const [key, item] of Object.entries(value)) if (item !== undefined) out[key] = item;
  return out as Compact<T>;
}
