/** Checks of `policies` that no single field can make. A part that could never do anything is an error, not silence. */
import { HOSTS, type HostName } from "../core/host";
import { headerNameFault } from "./header-rules";
import type { Inspection } from "./inspection";
import { list, type Path, quote } from "./issue";
import type { ModelConfig, PolicyConfig } from "./schema";
import { didYouMean } from "./suggest";
import { unpricedTargets } from "./unpriced-targets";

export function checkPolicies(it: Inspection, host: HostName | undefined): void {
  for (const [name, policy] of Object.entries(it.config.policies)) {
    const path = ["policies", name];
    it.name(path);
    checkForwardHeaders(it, path, policy);
    checkPlugins(it, path, policy, host);
    for (const [index, model] of policy.models.entries()) {
      const at = [...path, "models", index];
      checkName(it, [...at, "name"], model, policy.models.slice(0, index));
      checkTargets(it, at, model);
    }
  }
}

function checkName(it: Inspection, path: Path, { name }: ModelConfig, earlier: readonly ModelConfig[]): void {
  // Model names end up in log lines and answers.
  if (/\p{Cc}/u.test(name)) it.error(path, "holds a control character");
  if (name.split("*").length > 2) it.error(path, "may hold one * only");
  const same = earlier.some((other) => other.name === name);
  const wider = earlier.find((other) => name.includes("*") && other.name.includes("*") && covers(other.name, name));
  if (same) it.error(path, `${it.shown(path)} stands twice in this policy`);
  else if (wider !== undefined) {
    it.error(path, `can never match: ${quote(wider.name)} above it matches every such name; put the wider pattern last`);
  }
}

/** Every name that pattern `inner` matches is matched by `outer`; each has one `*`, which stands for at least one character. */
export function covers(outer: string, inner: string): boolean {
  const [outerStart = "", outerEnd = ""] = outer.split("*");
  const [innerStart = "", innerEnd = ""] = inner.split("*");
  return innerStart.startsWith(outerStart) && innerEnd.endsWith(outerEnd);
}

function checkTargets(it: Inspection, path: Path, model: ModelConfig): void {
  const providers = Object.keys(it.config.providers);
  for (const [index, target] of model.targets.entries()) {
    const at = [...path, "targets", index];
    if (!providers.includes(target.provider)) {
      const hint = didYouMean(target.provider, providers) || `; known: ${list(providers)}`;
      it.error([...at, "provider"], `there is no provider ${it.shown([...at, "provider"])}${hint}`);
    }
    if (target.model.includes("*") && !model.name.includes("*")) {
      it.error([...at, "model"], "a * here stands for what the * in the alias name matched, but that name has none");
    }
    if (target.model.split("*").length > 2) it.error([...at, "model"], "may hold one * only");
    if (/\p{Cc}/u.test(target.model)) it.error([...at, "model"], "holds a control character");
    if (model.strategy !== "weighted" && it.written([...at, "weight"])) {
      it.error([...at, "weight"], `has no effect under \`strategy: ${model.strategy}\`; write \`strategy: weighted\``, "key");
    }
  }
  if (model.strategy === "weighted" && model.targets.every((target) => target.weight === 0)) {
    it.error([...path, "targets"], "every weight is 0: nothing would be shared out");
  }
}

function checkPlugins(it: Inspection, path: Path, policy: PolicyConfig, host: HostName | undefined): void {
  const settings: Readonly<Record<string, unknown>> = policy.plugins;
  const targets = policy.models.flatMap((model) => model.targets);
  const shape = {
    models: policy.models.map(({ name }) => name),
    providers: Object.keys(it.config.providers),
    embedders: Object.entries(it.config.providers).flatMap(([name, { kind }]) =>
      it.vocabulary.providers.find((known) => known.kind === kind)?.embeddings === undefined ? [] : [name],
    ),
    regions: [...new Set(targets.flatMap(({ region }) => region ?? []))],
    tags: [...new Set(targets.flatMap(({ tags }) => tags))],
    aliases: policy.models.map(({ name, targets: own }) => ({
      name,
      targets: own.map(({ provider, model, region, tags }) => ({ label: `${provider}/${model}`, region, tags })),
    })),
    plugins: Object.keys(settings).filter((name) => settings[name] !== undefined),
    audited: it.config.audit !== undefined,
    sharedStore: it.config.store.kind === "redis",
    host: host === undefined ? undefined : HOSTS[host],
    unpriced: () => unpricedTargets(it.config, policy),
  };
  for (const plugin of it.vocabulary.plugins) {
    if (settings[plugin.name] === undefined) continue;
    for (const fault of plugin.check(settings[plugin.name], shape)) {
      const at = [...path, "plugins", plugin.name, ...fault.path];
      if (fault.severity === "warning") it.warn(at, fault.message);
      else it.error(at, fault.message);
    }
  }
}

/** Kong's, of the caller it has found. */
const IDENTITY = /^x-(?:consumer-|credential-|authenticated-|anonymous-consumer$)/;

function checkForwardHeaders(it: Inspection, path: Path, policy: PolicyConfig): void {
  const credentials = new Set(["authorization", "cookie", ...it.vocabulary.providers.map((kind) => kind.credentialHeader)]);
  for (const [index, name] of policy.forward_headers.entries()) {
    const at = [...path, "forward_headers", index];
    const fault = credentials.has(name)
      ? "credentials of clients never reach a provider"
      : IDENTITY.test(name)
        ? "who calls stays between the gateway and Graft"
        : headerNameFault(name);
    if (fault !== undefined) it.error(at, fault);
  }
}
