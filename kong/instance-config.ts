/** What Kong hands to a plugin instance, checked as graft.yaml is checked. */
import { LineCounter } from "yaml";
import { checkServed } from "../plugins/config/check-all";
import { complete } from "../plugins/config/complete";
import { ConfigTree, isContainer } from "../plugins/config/config-tree";
import { configHash } from "../plugins/config/hash";
import { Inspection } from "../plugins/config/inspection";
import { type Finding, formatPath, list, type Path, quote } from "../plugins/config/issue";
import { parse } from "../plugins/config/parse";
import { type Config, configSchema } from "../plugins/config/schema";
import { didYouMean } from "../plugins/config/suggest";
import type { Vocabulary } from "../plugins/config/vocabulary";
import { asWritten } from "./as-written";
import { checkFiles } from "./check-files";
import { pluginConfigSchema } from "./schema/plugin-config";

/** `issues` and `warnings` are lines such as `config.models[0].name: …`; they hold no secret. */
export type InstanceConfig =
  | { readonly kind: "invalid"; readonly issues: readonly string[] }
  | {
      readonly kind: "policy";
      /** Of graft.yaml, which may come to have it later. */
      readonly policy: string;
      readonly groupsFromAcl: boolean;
      readonly warnings: readonly string[];
    }
  | {
      readonly kind: "inline";
      /** One policy, `INLINE_POLICY`, with its providers; all else is the process's. */
      readonly config: Config;
      /** Hash of all that was written but the secrets. */
      readonly version: string;
      readonly groupsFromAcl: boolean;
      readonly warnings: readonly string[];
    };

/** The name that a policy written in Kong has in records and metrics. */
export const INLINE_POLICY = "kong";

/** @param ofProcess graft.yaml, or all defaults: policies to be named, and settings that are not Kong's to make */
export type ReadInstanceConfig = (received: unknown, ofProcess: Config) => InstanceConfig;

/** Makes the schemas once: a Kong with many routes starts many instances. */
export function instanceConfigReader(vocabulary: Vocabulary): ReadInstanceConfig {
  const schemas = { plugin: pluginConfigSchema(vocabulary), file: configSchema(vocabulary) };
  return (received, ofProcess) => read(received, ofProcess, schemas, vocabulary);
}

interface Schemas {
  readonly plugin: ReturnType<typeof pluginConfigSchema>;
  readonly file: ReturnType<typeof configSchema>;
}

function read(received: unknown, ofProcess: Config, schemas: Schemas, vocabulary: Vocabulary): InstanceConfig {
  const { value, faults } = asWritten(schemas.plugin, received);
  const broken = new Set(faults.map(({ path }) => formatPath(path)));
  // What is wrong with a value that was reported already follows from that.
  const all = (found: readonly Finding[]): Finding[] => [...faults, ...found.filter(({ path }) => !broken.has(formatPath(path)))];

  const parsed = parse(treeOf(value), schemas.plugin);
  if (Array.isArray(parsed)) return invalid(all(parsed));
  const { policy, groups_from_acl: groupsFromAcl, providers = {}, models, ...settings } = parsed;
  if (policy !== undefined) {
    const found = all([...idle(value), ...unknownPolicy(policy, Object.keys(ofProcess.policies))]);
    if (found.some(isError)) return invalid(found);
    return { kind: "policy", policy, groupsFromAcl, warnings: found.map(line) };
  }
  if (models === undefined) return invalid(all([error([], "needs `policy`, or `providers` and `models`")]));

  const inline = schemas.file.parse({ version: 1, providers, policies: { [INLINE_POLICY]: { models, ...settings } } });
  const completed = complete(inline, vocabulary, "/");
  const config: Config = { ...ofProcess, providers: completed.providers, policies: completed.policies };
  const inspection = new Inspection(config, vocabulary, treeOf(asFile(value)), schemas.file);
  checkServed(inspection, "kong");
  checkFiles(inspection, inline.providers);
  const found = all(inspection.findings);
  if (found.some(isError)) return invalid(found);
  const version = configHash(schemas.plugin, parsed);
  return { kind: "inline", config, version, groupsFromAcl, warnings: found.map(line) };
}

function idle(value: unknown): Finding[] {
  const keys = isContainer(value) ? Object.keys(value) : [];
  return keys
    .filter((key) => key !== "policy" && key !== "groups_from_acl")
    .map((key) => error([key], "has no effect: `policy` names a policy of graft.yaml, which says this"));
}

/** A file always has policies; the one that is missing may come with the next change of it. */
function unknownPolicy(name: string, known: readonly string[]): Finding[] {
  if (known.includes(name)) return [];
  if (known.length === 0) return [error(["policy"], "there is none: Graft was started without `--config`")];
  const message = `graft.yaml has no policy ${quote(name)}${didYouMean(name, known) || `; known: ${list(known)}`}`;
  return [{ severity: "warning", path: ["policy"], at: "value", message }];
}

/** As the checks across fields know it. */
function asFile(value: unknown): unknown {
  const { providers, ...policy } = isContainer(value) && !Array.isArray(value) ? value : {};
  return { providers, policies: { [INLINE_POLICY]: policy } };
}

function treeOf(value: unknown): ConfigTree {
  return new ConfigTree(value, new WeakMap(), new LineCounter());
}

function error(path: Path, message: string): Finding {
  return { severity: "error", path, at: "value", message };
}

function invalid(findings: readonly Finding[]): InstanceConfig {
  return { kind: "invalid", issues: findings.filter(isError).map(line) };
}

function isError({ severity }: Finding): boolean {
  return severity === "error";
}

function line({ path, message }: Finding): string {
  const [section, name, ...rest] = path;
  const inPolicy = section === "policies" && name === INLINE_POLICY;
  return `${formatPath(["config", ...(inPolicy ? rest : path)])}: ${message}`;
}
