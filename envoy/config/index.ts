/** The Envoy configuration made from `graft.yaml`. */
export { clusterHash, type EnvoyOptions, envoyConfig } from "./bootstrap";
export { envoyFragments, type Fragment } from "./fragments";
export { printBootstrap, printFragments } from "./print";
export { printYaml } from "./print-yaml";
