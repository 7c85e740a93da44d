/** The Envoy configuration made from `graft.yaml`. */
export { clusterHash, envoyConfig } from "./bootstrap";
export { envoyFragments, type Fragment } from "./fragments";
export type { EnvoyOptions } from "./options";
export { printBootstrap, printFragments } from "./print";
export { printYaml } from "./print-yaml";
