/** What operators know to be harmless. */
import { compiledPattern } from "./compile-pattern";
import type { AllowConfig } from "./config";
import { keyOf } from "./tokens";

/** @throws Error when a pattern is none: `checkAllow` sees to it that they are */
export function allowList({ values, patterns }: AllowConfig): (value: string) => boolean {
  const known = new Set(values.map(keyOfValue));
  const compiled = patterns.map(compiledPattern);
  return (value) => known.has(keyOfValue(value)) || compiled.some((pattern) => pattern.testExact(value));
}

function keyOfValue(value: string): string {
  return keyOf(value.trim().replace(/\s+/g, " "), false);
}
