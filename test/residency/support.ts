/** A policy with residency rules, driven as a host drives it. */
import type { Caller, Exchange } from "../../plugins/core/exchange";
import type { Fact } from "../../plugins/core/facts";
import type { Pipeline } from "../../plugins/core/pipeline";
import type { Hooks } from "../../plugins/core/plugin";
import type { ModelAlias } from "../../plugins/core/target";
import { residency } from "../../plugins/residency";
import { route } from "../../plugins/route";
import { openPipeline, pluginServices, policyFacts } from "../support/exchange";

export interface Opened {
  readonly pipeline: Pipeline;
  readonly counted: string[];
}

export interface OpenOptions {
  readonly aliases: readonly ModelAlias[];
  readonly rules: readonly object[];
  readonly default?: "allow" | "deny";
  readonly caller?: Partial<Caller>;
  readonly headers?: Record<string, string>;
  /** What plugins behind residency do: a redactor, a budget. */
  readonly request?: (exchange: Exchange) => void;
}

export function open({ aliases, rules, request, caller = {}, headers = {}, ...rest }: OpenOptions): Opened {
  const counted: string[] = [];
  const metrics = {
    counter:
      () =>
      ({ rule, result }: Readonly<Record<string, string>>) =>
        void counted.push(`${rule} ${result}`),
  };
  const config = { rules, ...(rest.default === undefined ? {} : { default: rest.default }) };
  const services = { ...pluginServices, metrics };
  const openers = [residency.open(config, services, policyFacts), route.open(undefined, services, policyFacts)];
  const hooks = (exchange: Exchange): Hooks[] => [
    ...openers.map((openOne) => openOne(exchange)["main"] ?? {}),
    {
      request() {
        request?.(exchange);
        return undefined;
      },
    },
  ];
  return { pipeline: openPipeline({ aliases, hooks, caller, headers }), counted };
}

export function found(entity: string, it: Partial<Extract<Fact, { kind: "entity-found" }>> = {}): Fact {
  return { kind: "entity-found", entity, count: 1, action: "flag", direction: "request", ...it };
}
