/** Services that find what no pattern knows. */
import type { PluginServices, PolicyFacts } from "../../define-plugin";
import type { UsedAnalyzer } from "../redactor";
import type { AnalyzerConfig } from "./config";
import { llm } from "./llm";
import { USUAL_ENTITIES } from "./llm-prompt";
import { presidio } from "./presidio";
import { KNOWN_ENTITIES } from "./presidio-entities";

export { checkAnalyzers } from "./check";
export { type AnalyzerConfig, analyzerSchema } from "./config";

/** @throws Error when a part is not there, or leads where it may not: `checkAnalyzers` sees to it */
export function openAnalyzers(
  configs: readonly AnalyzerConfig[],
  services: Pick<PluginServices, "clock" | "newId" | "sideCalls">,
  policy: Pick<PolicyFacts, "target">,
): readonly UsedAnalyzer[] {
  return configs.map((config) => {
    if (config.kind === "presidio" && config.presidio !== undefined) {
      return { analyzer: presidio(config, config.presidio, services), onError: config.on_error };
    }
    if (config.kind === "llm" && config.llm !== undefined) {
      return { analyzer: llm(config, config.llm, services, policy), onError: config.on_error };
    }
    throw new Error(`the analyzer ${config.name} has no ${config.kind}`);
  });
}

/** What analyzers may find beside built-in entities: what a policy may name. */
export function analyzedEntities(configs: readonly AnalyzerConfig[]): readonly string[] {
  return configs.flatMap(({ kind, entities }) => {
    if (entities.length > 0) return entities;
    return kind === "presidio" ? KNOWN_ENTITIES : USUAL_ENTITIES;
  });
}
