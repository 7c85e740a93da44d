/** From configuration to what exchanges run on. */
import type { PluginServices, PolicyFacts } from "../define-plugin";
import { analyzedEntities, openAnalyzers } from "./analyzers";
import type { RedactConfig } from "./config";
import { allowList, customDetector } from "./custom";
import { DETECTORS } from "./detectors";
import { Inspector } from "./inspector";
import { Lookalikes } from "./lookalikes";
import type { Redactor } from "./redactor";
import { OTHER, Rules } from "./rules";

type Services = Pick<PluginServices, "clock" | "newId" | "sideCalls">;

/** @throws Error where `checkRedact` finds something wrong */
export function compileRedactor(config: RedactConfig, services: Services, policy: Pick<PolicyFacts, "target">): Redactor {
  const custom = config.custom.map(customDetector);
  const rules = new Rules(config, [...DETECTORS, ...custom]);
  const where = new Set<string>(config.where);
  const roles = new Set<string>(config.roles);
  const own = custom.filter(({ entity }) => !rules.excludes(entity));
  const builtIn = DETECTORS.filter((detector) => rules.wants(detector));
  const found = [...builtIn, ...own].map(({ entity }) => entity);
  const entities = new Set([...found, ...analyzedEntities(config.analyzers), OTHER]);
  return {
    config,
    rules,
    entities,
    inspector: new Inspector({
      builtIn,
      own,
      settings: { regions: config.regions },
      lookalikes: new Lookalikes(entities),
      allows: allowList(config.allow),
    }),
    analyzers: openAnalyzers(config.analyzers, services, policy),
    covers: (place) => where.has(place.where) && (place.role === undefined || roles.has(place.role)),
  };
}
