/** What no schema can say of redaction: names that nothing has, and parts that could never do anything. */
import type { Fault, PolicyShape } from "../define-plugin";
import { analyzedEntities, checkAnalyzers } from "./analyzers";
import type { RedactConfig } from "./config";
import { checkAllow, checkCustom, customDetector } from "./custom";
import { DETECTORS } from "./detectors";
import type { Detector } from "./detectors/detector";
import { LOOKALIKE } from "./placeholder";
import { ALL, OTHER, Rules } from "./rules";

export function checkRedact(config: RedactConfig, policy: Pick<PolicyShape, "providers">): Fault[] {
  const taken = new Set([ALL, LOOKALIKE, OTHER, ...namesOf(DETECTORS)]);
  const parts = [
    ...checkCustom(config.custom, taken).map((fault) => ({ ...fault, path: ["custom", ...fault.path] })),
    ...checkAnalyzers(config.analyzers, policy).map((fault) => ({ ...fault, path: ["analyzers", ...fault.path] })),
    ...checkAllow(config.allow).map((fault) => ({ ...fault, path: ["allow", ...fault.path] })),
  ];
  // Patterns that are none cannot be compiled.
  if (parts.length > 0) return parts;
  const known = [...DETECTORS, ...config.custom.map(customDetector)];
  const faults = [...checkNames(config, known), ...checkActions(config)];
  return faults.length > 0 ? faults : checkReach(config, known);
}

function namesOf(detectors: readonly Detector[]): readonly string[] {
  return detectors.flatMap(({ entity, group }) => [entity, group]);
}

function checkNames(config: RedactConfig, known: readonly Detector[]): Fault[] {
  const asked = config.analyzers.length === 0 ? [] : [...analyzedEntities(config.analyzers), OTHER];
  const names = new Set([ALL, ...namesOf(known), ...asked]);
  const faults: Fault[] = [];
  const seen = new Set<string>();
  for (const [at, { type }] of config.entities.entries()) {
    if (!names.has(type)) faults.push({ path: ["entities", at, "type"], message: unknown(type, names) });
    if (seen.has(type)) faults.push({ path: ["entities", at, "type"], message: "stands twice" });
    seen.add(type);
  }
  for (const [at, type] of config.except.entries()) {
    if (!names.has(type) || type === ALL) faults.push({ path: ["except", at], message: unknown(type, names) });
  }
  for (const [at, region] of config.regions.entries()) {
    if (!/^[A-Z]{2}$/.test(region)) faults.push({ path: ["regions", at], message: "must be two capital letters, such as `US`" });
  }
  return faults;
}

function unknown(name: string, names: ReadonlySet<string>): string {
  return `\`${name}\` is no entity and no group; there are ${[...names].join(", ")}`;
}

function checkActions({ action, direction, entities, hash_key: key }: RedactConfig): Fault[] {
  const faults: Fault[] = [];
  for (const [at, rule] of entities.entries()) {
    if (rule.response_action !== undefined && direction === "request") {
      const message = "has no effect under `direction: request`";
      faults.push({ path: ["entities", at, "response_action"], message });
    }
  }
  const hashes = action === "hash" || entities.some((it) => it.action === "hash" || it.response_action === "hash");
  if (hashes && key === undefined) faults.push({ path: ["hash_key"], message: "is needed for the action `hash`" });
  if (!hashes && key !== undefined) faults.push({ path: ["hash_key"], message: "has no effect without an action `hash`" });
  return faults;
}

/** A policy that would find nothing is no policy. */
function checkReach(config: RedactConfig, known: readonly Detector[]): Fault[] {
  const faults: Fault[] = [];
  const rules = new Rules(config, known);
  const own = config.custom.some(({ name }) => !rules.excludes(name));
  if (!own && config.analyzers.length === 0 && !known.some((detector) => rules.wants(detector)))
    faults.push({ path: ["entities"], message: "leaves nothing to look for" });
  if (config.direction === "response") {
    const message = "has no effect under `direction: response`";
    if (config.uninspectable === "block") faults.push({ path: ["uninspectable"], message });
    if (config.analyzers.length > 0) faults.push({ path: ["analyzers"], message });
    return faults;
  }
  if (config.where.length === 0) faults.push({ path: ["where"], message: "leaves nothing to look at" });
  if (config.roles.length === 0) faults.push({ path: ["roles"], message: "leaves no message to look at" });
  return faults;
}
