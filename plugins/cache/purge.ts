/** Emptying the cache: what is kept under a namespace, and what is under way, is never served again. */
import type { Kv } from "../stores/kv";
import { EntryStore } from "./entries/entry-store";
import { namespaceOf } from "./namespace";

/** Of all policies that have a cache. @param policies as configurations have them, by name */
export function namespacesOf(
  policies: Readonly<Record<string, { readonly plugins: Readonly<Record<string, unknown>> }>>,
): string[] {
  const found = Object.entries(policies).flatMap(([name, { plugins }]) => {
    const config = plugins["cache"] as Parameters<typeof namespaceOf>[0] | undefined;
    return config === undefined ? [] : [namespaceOf(config, name)];
  });
  return [...new Set(found)];
}

/** @throws Error when the store does not answer: nothing is certain then */
export async function purge(namespaces: readonly string[], kv: Kv): Promise<void> {
  let trouble: unknown;
  const onTrouble = (error: unknown): void => {
    trouble = error;
  };
  for (const namespace of namespaces) {
    const store = new EntryStore({ kv, namespace, maxBytes: 0, onTrouble });
    if (!(await store.purge())) throw new Error(`the store did not take it: ${String(trouble)}`, { cause: trouble });
  }
}
