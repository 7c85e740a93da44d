/** The generated configuration as text for operators. */
import type { Fragment } from "./fragments";
import { printYaml } from "./print-yaml";

const BOOTSTRAP_HEADING = `Envoy configuration for Graft, for Envoy 1.40 or later. Made by \`graft envoy-config\`.

Most changes of graft.yaml need no new one: models, policies, keys, retries. New providers, addresses, routes, TLS and size limits do; Graft says so in its log.
It holds no credentials, only the paths of certificates.`;

export function printBootstrap(bootstrap: object): string {
  return printYaml(bootstrap, BOOTSTRAP_HEADING);
}

/** One YAML document for each. */
export function printFragments(fragments: readonly Fragment[]): string {
  return fragments
    .map(({ name, where, value }, index) => printYaml(value, `${index + 1} of ${fragments.length}: ${name}\n\n${where}`))
    .join("\n---\n");
}
