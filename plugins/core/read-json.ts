/** Lenient reading of upstream JSON: wrong types read as absent, and `__proto__` is a key like any other (own properties only). */
import type { JsonObject } from "./chat";

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function objectAt(value: JsonObject, key: string): JsonObject | undefined {
  const found = own(value, key);
  return isObject(found) ? found : undefined;
}

export function arrayAt(value: JsonObject, key: string): readonly unknown[] {
  const found = own(value, key);
  return Array.isArray(found) ? found : [];
}

export function stringAt(value: JsonObject, key: string): string | undefined {
  const found = own(value, key);
  return typeof found === "string" ? found : undefined;
}

export function numberAt(value: JsonObject, key: string): number | undefined {
  const found = own(value, key);
  return typeof found === "number" && Number.isFinite(found) ? found : undefined;
}

function own(value: JsonObject, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** JSON text as a value, `undefined` where it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
