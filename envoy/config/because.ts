/**
 * Reasons beside the values they explain. The printed configuration carries them as comments; the values stay plain objects that
 * can be compared, hashed and handed on.
 */
const REASONS = new WeakMap<object, object>();

/** @param reasons by the field of `value` they stand above */
export function because<T extends object>(reasons: { readonly [K in keyof NoInfer<T>]?: string }, value: T): T {
  REASONS.set(value, reasons);
  return value;
}

export function hasReasons(value: object): boolean {
  return REASONS.has(value);
}

export function reasonFor(value: object, field: string): string | undefined {
  const reasons = REASONS.get(value);
  const reason: unknown = reasons === undefined ? undefined : Reflect.get(reasons, field);
  return typeof reason === "string" ? reason : undefined;
}
