/** Names in the generated configuration that nothing but Envoy uses. Those the service knows too are in ../metadata.ts. */

/** With a dash, so that no provider's cluster (`graft_<name>`) can have the same name. */
export const PROCESSOR_CLUSTER = "graft-processor";
export const RELAY_CLUSTER = "graft-relay";
export const NOWHERE_CLUSTER = "graft-none";

/**
 * Level 2 must not have level 1's name: a route finds filters by name, in both chains, and `fail_open` at level 2 would send one
 * provider's credentials to another.
 */
export const FILTERS = {
  bodySize: "graft.body_size",
  levelOne: "graft",
  levelTwo: "graft.attempt",
  contentLength: "graft.content_length",
  refused: "graft.refused",
  strip: "graft.strip",
} as const;
