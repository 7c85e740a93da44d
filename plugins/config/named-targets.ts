/** Targets by provider and model, wherever a policy names them. */
import { isObject } from "../core/read-json";
import type { ParsedConfig } from "./schema";

export interface NamedTarget {
  readonly provider: string;
  readonly model: string;
}

/** Of all policies: those of models, and those that plugins ask by themselves (classifiers, judges, embeddings). */
export function namedTargets({ policies }: Pick<ParsedConfig, "policies">): NamedTarget[] {
  return Object.values(policies).flatMap(({ models, plugins }) => [
    ...models.flatMap(({ targets }) => targets),
    ...Object.values(plugins).flatMap((plugin) => [...targetsIn(plugin)]),
  ]);
}

/** Plugins write a target as an object with both names, at any place of their configuration. Its depth is their schema's. */
function* targetsIn(value: unknown): Generator<NamedTarget> {
  if (Array.isArray(value)) for (const item of value) yield* targetsIn(item);
  if (!isObject(value)) return;
  const { provider, model } = value;
  if (typeof provider === "string" && typeof model === "string") yield { provider, model };
  for (const member of Object.values(value)) yield* targetsIn(member);
}
