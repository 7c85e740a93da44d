/** One fake upstream as three providers, each with its own key. */
import type { FakeUpstream } from "../../upstream/fake-upstream";

export const KINDS = ["openai", "anthropic", "gemini"] as const;

export type Kind = (typeof KINDS)[number];

/** @param more settings of this provider */
export function provider(kind: Kind, { url }: { readonly url: string }, more: Readonly<Record<string, unknown>> = {}) {
  return { kind, base_url: kind === "openai" ? `${url}/v1` : url, api_keys: [`sk-${kind}`], ...more };
}

export function threeProviders(upstream: FakeUpstream) {
  return Object.fromEntries(KINDS.map((kind) => [kind, provider(kind, upstream)]));
}

/** Each of them by the provider's own names for its models: `openai/<model>` … @param more settings of each target */
export function passThrough(more: Readonly<Record<string, unknown>> = {}) {
  return KINDS.map((kind) => ({ name: `${kind}/*`, targets: [{ provider: kind, model: "*", ...more }] }));
}
