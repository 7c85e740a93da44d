import type { CacheConfig } from "./config";

/** What is purged at once. @param policyScope see PolicyFacts */
export function namespaceOf({ namespace, scope }: Pick<CacheConfig, "namespace" | "scope">, policyScope: string): string {
  return namespace ?? (scope === "global" ? "global" : policyScope);
}
