import type { Config } from "../../../plugins/config/schema";
import { issuesOf, load } from "../../config/support";

export interface Parts {
  readonly providers?: string;
  readonly policies?: string;
  /** Members of the `envoy` section. */
  readonly envoy?: string;
}

export const PROVIDERS = `  main: { kind: openai, api_keys: [sk-secret-key], headers: { x-secret: sk-secret-header } }
  second: { kind: anthropic, base_url: "http://127.0.0.1:8080/base", api_keys: [sk-secret-key-2] }`;

export const POLICIES = `  default: { models: [{ name: m, targets: [{ provider: main, model: x }, { provider: second, model: y }] }] }`;

/** A loaded configuration from the sections that matter to a test. */
export async function configOf({ providers = PROVIDERS, policies = POLICIES, envoy }: Parts = {}): Promise<Config> {
  const section = envoy === undefined ? "" : `envoy:\n${envoy}\n`;
  const result = await load(`version: 1\nproviders:\n${providers}\npolicies:\n${policies}\n${section}`);
  if (!result.ok) throw new Error(issuesOf(result).join("\n"));
  return result.config;
}

/** Every object in a value, the value itself included, that has this member. */
export function allWith(member: string, value: unknown): Readonly<Record<string, unknown>>[] {
  if (Array.isArray(value)) return value.flatMap((item) => allWith(member, item));
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap((item) => allWith(member, item));
  return Object.hasOwn(value, member) ? [Object.fromEntries(Object.entries(value)), ...inner] : inner;
}

/** Members of every object in a value that has them, in order. */
export function each(member: string, value: unknown): unknown[] {
  return allWith(member, value).map((it) => it[member]);
}
