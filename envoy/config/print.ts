/** The generated configuration as text for operators. */
import type { Config } from "../../plugins/config/schema";
import type { Mode } from "../mode";
import { envoyConfig } from "./bootstrap";
import type { Fragment } from "./fragments";
import type { EnvoyOptions } from "./options";
import { printYaml } from "./print-yaml";

const CHANGES = {
  ext_proc:
    "Most changes of graft.yaml need no new one: models, policies, keys, retries. New providers, addresses, routes, TLS and size limits do; Graft says so in its log.",
  relay:
    "Most changes of graft.yaml need no new one: providers, models, policies, keys. New addresses, routes, time limits and ways to know callers do; Graft says so in its log.",
} as const satisfies Record<Mode, string>;

const WITHOUT_SECRETS = "It holds no credentials, only the paths of certificates.";
const WITH_TOKEN = "It holds the secret `envoy.relay_token`: keep it like a key.";

export function printBootstrap(config: Config, options: EnvoyOptions): string {
  const { mode = "ext_proc" } = options;
  const command = mode === "relay" ? "graft envoy-config --mode relay" : "graft envoy-config";
  const secrets = mode === "relay" && config.envoy.relay_token !== undefined ? WITH_TOKEN : WITHOUT_SECRETS;
  const heading = `Envoy configuration for Graft, for Envoy 1.40 or later. Made by \`${command}\`.\n\n${CHANGES[mode]}\n${secrets}`;
  return printYaml(envoyConfig(config, options), heading);
}

/** One YAML document for each. */
export function printFragments(fragments: readonly Fragment[]): string {
  return fragments
    .map(({ name, where, value }, index) => printYaml(value, `${index + 1} of ${fragments.length}: ${name}\n\n${where}`))
    .join("\n---\n");
}
