/** The model aliases of a policy: exact names by map, patterns in order. */
import type { Caller } from "./exchange";
import type { ModelAlias, Target } from "./target";

/** The longest real ones are ARNs of a few hundred characters. */
const LONGEST_NAME = 1024;

/**
 * Whether a client's text can be a model's name at all. A pattern would pass anything on into headers, paths, log lines and Envoy's
 * metadata, which take no novels, control characters or halves of UTF-16 pairs.
 */
export function isModelName(name: string): boolean {
  return name.length <= LONGEST_NAME && !/[\p{Cc}\p{Cs}]/u.test(name);
}

export class ModelTable {
  readonly #exact = new Map<string, ModelAlias>();
  readonly #patterns: { readonly alias: ModelAlias; readonly prefix: string; readonly suffix: string }[] = [];
  readonly #aliases: readonly ModelAlias[];

  constructor(aliases: readonly ModelAlias[]) {
    this.#aliases = aliases;
    for (const alias of aliases) {
      const star = alias.name.indexOf("*");
      if (star === -1) this.#exact.set(alias.name, alias);
      else this.#patterns.push({ alias, prefix: alias.name.slice(0, star), suffix: alias.name.slice(star + 1) });
    }
  }

  /** The alias for this name if the caller may use it, its targets' `*` filled in. Exact names win over patterns. */
  find(model: string, caller: Caller): ModelAlias | undefined {
    const exact = this.#exact.get(model);
    if (exact !== undefined) return mayUse(exact, caller) ? exact : undefined;
    for (const { alias, prefix, suffix } of this.#patterns) {
      if (model.length <= prefix.length + suffix.length || !model.startsWith(prefix) || !model.endsWith(suffix)) continue;
      return mayUse(alias, caller) ? fill(alias, model.slice(prefix.length, model.length - suffix.length)) : undefined;
    }
    return undefined;
  }

  /** Names this caller may use, patterns left out: they are not names one could send. */
  visible(caller: Caller): { readonly name: string; readonly owner: string }[] {
    return this.#aliases
      .filter((alias) => !alias.name.includes("*") && mayUse(alias, caller))
      .map((alias) => ({ name: alias.name, owner: alias.targets[0]?.provider.name ?? "graft" }));
  }
}

function mayUse({ allow }: ModelAlias, caller: Caller): boolean {
  if (allow.callers.length + allow.teams.length + allow.groups.length === 0) return true;
  return (
    allow.callers.includes(caller.id) ||
    (caller.team !== undefined && allow.teams.includes(caller.team)) ||
    caller.groups.some((group) => allow.groups.includes(group))
  );
}

function fill(alias: ModelAlias, matched: string): ModelAlias {
  const targets = alias.targets.map(
    (target): Target => (target.model.includes("*") ? { ...target, model: target.model.replace("*", () => matched) } : target),
  );
  return { ...alias, targets };
}
