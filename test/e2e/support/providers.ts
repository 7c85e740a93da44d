import type { FakeUpstream } from "../../upstream/fake-upstream";

/** One fake upstream as three named providers, each with its own key. */
export function threeProviders(upstream: FakeUpstream): string {
  return `
providers:
  openai: { kind: openai, base_url: "${upstream.url}/v1", api_keys: [sk-openai] }
  anthropic: { kind: anthropic, base_url: "${upstream.url}", api_keys: [sk-anthropic] }
  gemini: { kind: gemini, base_url: "${upstream.url}", api_keys: [sk-gemini] }
`;
}

export const PROVIDERS = ["openai", "anthropic", "gemini"] as const;

/** Each provider by pass-through name: `openai/<model>` … */
export const PASS_THROUGH = PROVIDERS.map(
  (name) => `      - { name: "${name}/*", targets: [{ provider: ${name}, model: "*" }] }`,
).join("\n");

export const KEY_HEADERS = {
  openai: ["authorization", "Bearer sk-openai"],
  anthropic: ["x-api-key", "sk-anthropic"],
  gemini: ["x-goog-api-key", "sk-gemini"],
} as const;
